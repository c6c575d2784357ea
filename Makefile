# Everything on a fresh machine: `make demo` tells the story on the embedded Azure, `make test` checks it all.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
# Recorded traffic of the real Azure and its player, kept outside this repository.
ORACLE ?= ../shared/oracle
VENV_AZ ?= .venv-az
VENV_NEWEST ?= .venv-newest
VENV_LOCK ?= .venv-lock
LOCK := .ci/lock.txt
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: help setup demo az bench bench-full test chaos test-newest lint types unit conformance schema facts lock dist clean

help:
	@echo "make demo    the worked example on the embedded Azure, from nothing to nothing"
	@echo "make test    lint, types and all tests"
	@echo "make chaos   the tests in their longer forms: wild requests, mutations, random instances, interrupts at random"
	@echo "make conformance   the embedded Azure against recorded traffic, where ORACLE=folder has it"
	@echo "make az      the same by the az CLI, installed into $(VENV_AZ): some minutes, a gigabyte"
	@echo "make bench   what a drift costs beside scripts with the SDK, some minutes (bench-full: up to 20,000 operations)"
	@echo "make test-newest   the tests with the newest of everything that pyproject.toml allows, in $(VENV_NEWEST)"
	@echo "make setup   only the virtual environment $(VENV), with what $(LOCK) holds"
	@echo "make lock    $(LOCK) anew from pyproject.toml"
	@echo "make dist    wheel and sdist, tried in clean environments"
	@echo "make schema  specs/schema.json anew from the kinds"
	@echo "make facts   provision/kinds/facts.json anew from the models of the management SDK"

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml $(LOCK)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "provision needs Python 3.11 or later: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "Setting up $(VENV) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(PIP) --require-hashes --requirement $(LOCK)
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup
	@$(BIN)/python tests/e2e/story.py

bench: setup
	@$(BIN)/python -m tests.bench.bench

bench-full: setup
	@$(BIN)/python -m tests.bench.bench --full

az: setup $(VENV_AZ)/.ready
	@AZ=$(abspath $(VENV_AZ))/bin/az $(BIN)/python -m tests.e2e.az_story

$(VENV_AZ)/.ready:
	@echo "Setting up $(VENV_AZ) with the az CLI ..."
	@$(PYTHON) -m venv $(VENV_AZ)
	@$(VENV_AZ)/bin/python -m pip install --quiet --disable-pip-version-check azure-cli
	@touch $@

test: lint types unit

lint: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: setup
	$(BIN)/mypy

unit: setup
	$(BIN)/pytest --numprocesses auto

# What is drawn by chance, drawn much more often: what a laptop needn't do each time.
chaos: setup
	EMULATOR_FUZZ=10000 EMULATOR_HISTORIES=200 EXPRESSIONS_FUZZ=20000 PROVISION_EXAMPLES=100 PROVISION_INTERRUPTS=50 \
	  $(BIN)/pytest --numprocesses auto

# What was locked may have had a newer release that breaks us: here it is seen first.
test-newest: VENV = $(VENV_NEWEST)
test-newest:
	@$(PYTHON) -m venv --clear $(VENV)
	@$(PIP) --editable '.[local,dev]'
	$(BIN)/pytest --numprocesses auto

conformance: setup
	@$(BIN)/python tests/emulator/conformance.py $(ORACLE)

schema: setup
	$(BIN)/provision schema specs/schema.json

facts: setup
	$(BIN)/python -m tests.facts

lock:
	@$(PYTHON) -m venv $(VENV_LOCK)
	@$(VENV_LOCK)/bin/python -m pip install --quiet --disable-pip-version-check --upgrade uv
	@$(VENV_LOCK)/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --all-extras --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' --output-file $(LOCK) pyproject.toml

dist: setup
	@$(BIN)/python tests/e2e/dist.py dist

clean:
	rm -rf $(VENV) $(VENV_AZ) $(VENV_NEWEST) $(VENV_LOCK) dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
