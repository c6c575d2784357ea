# Everything on a fresh machine: `make demo` tells the story on the embedded Azure, `make test` checks it all.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Recorded traffic of the real Azure and its player, kept outside this repository.
ORACLE ?= ../shared/oracle
VENV_AZ ?= .venv-az

.PHONY: help setup demo az test lint types unit conformance schema clean

help:
	@echo "make demo    the worked example on the embedded Azure, from nothing to nothing"
	@echo "make test    lint, types and all tests"
	@echo "make conformance   the embedded Azure against recorded traffic, where ORACLE=folder has it"
	@echo "make az      the same by the az CLI, installed into $(VENV_AZ): some minutes, a gigabyte"
	@echo "make setup   only the virtual environment $(VENV)"
	@echo "make schema  specs/schema.json anew from the kinds"

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "provision needs Python 3.11 or later: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "Setting up $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[local,dev]'
	@touch $@

demo: setup
	@$(BIN)/python tests/e2e/story.py

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

conformance: setup
	@$(BIN)/python tests/emulator/conformance.py $(ORACLE)

schema: setup
	$(BIN)/provision schema specs/schema.json

clean:
	rm -rf $(VENV) $(VENV_AZ) .mypy_cache .ruff_cache .pytest_cache .hypothesis
