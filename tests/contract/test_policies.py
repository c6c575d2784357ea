"""A corpus of policies in the documentation's shapes: sent, read back in both formats, and planned: no difference.

The documents are those of `tests/gateway/corpus`, which have a call each, and those of `tests/policies`, most of which
no local gateway executes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from provision.policyxml import references
from tests.conftest import ROOT, Arm, embedded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Cloud

HEAD: dict[str, Any] = {
    "spec": 1,
    "resourceGroup": {"name": "corpus", "location": "westeurope"},
    "service": {
        "name": "corpus",
        "sku": {"name": "Developer", "capacity": 1},
        "publisherName": "Corpus",
        "publisherEmail": "corpus@example.com",
    },
}


def documents() -> Iterator[tuple[str, str]]:
    """Every document once, by a name that can be an API's."""
    for path in sorted((ROOT / "tests" / "policies").glob("*.xml")):
        yield path.stem, path.read_bytes().decode("utf-8")
    for path in sorted((ROOT / "tests" / "gateway" / "corpus").rglob("*.yaml")):
        case = yaml.safe_load(path.read_text("utf-8"))
        found = [case["policy"]] if "policy" in case else []
        for index, text in enumerate([*found, *(case.get("scopes") or {}).values()]):
            whole = text.lstrip().startswith("<policies")
            document = text if whole else f"<policies><inbound>{text}</inbound></policies>"
            yield re.sub(r"\W+", "-", f"{path.parent.name}-{path.stem}-{index}"), document


CORPUS = dict(documents())
BODIES: dict[str, dict[str, Any]] = {
    "namedValues": {"value": "x"},
    "policyFragments": {"format": "rawxml", "value": "<fragment />"},
    "backends": {"protocol": "http", "url": "https://backend.example.com"},
    "loggers": {"loggerType": "azureEventHub", "credentials": {"name": "e", "connectionString": "Endpoint=sb://x"}},
    "authorizationProviders": {"displayName": "github", "identityProvider": "github"},
    "certificates": {"keyVault": {"secretIdentifier": "https://vault.example.com/secrets/tokens"}},
}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Cloud, Path]]:
    """An instance with an API for each document, each in a file of its own."""
    folder = tmp_path_factory.mktemp("corpus")
    apis: dict[str, Any] = {}
    for name, text in CORPUS.items():
        (folder / f"{name}.xml").write_bytes(text.encode("utf-8"))
        apis[name] = {"displayName": name, "path": name, "policy": f"{name}.xml"}
    spec = folder / "spec.yaml"
    spec.write_text(yaml.safe_dump({**HEAD, "apis": apis}), "utf-8")
    with embedded() as cloud:
        yield cloud, spec


def test_the_corpus_is_large_and_varied() -> None:
    assert len(CORPUS) >= 150
    assert len(set(CORPUS.values())) >= 150
    elements = set(re.findall(r"<([a-z][a-z-]+)", " ".join(CORPUS.values())))
    assert len(elements) >= 100


def test_what_was_sent_is_no_difference_in_either_format(corpus: tuple[Cloud, Path]) -> None:
    cloud, spec = corpus
    arm = Arm(cloud.emulator.url, group="corpus", service="corpus")
    arm.put(arm.group, {"location": "westeurope"})
    sku = {"name": "Developer", "capacity": 1}
    publisher = {"publisherName": "Corpus", "publisherEmail": "corpus@example.com"}
    arm.put("", {"location": "westeurope", "sku": sku, "properties": publisher})
    for one in {(one.collection, one.name) for text in CORPUS.values() for one in references(text)}:
        display = {"displayName": one[1]} if one[0] == "namedValues" else {}
        arm.put("/".join(one), {"properties": {**BODIES[one[0]], **display}})
    cloud("apply", str(spec), "--yes").ended(0)
    assert cloud("plan", str(spec), "--output", "json").ended(0).document["resource_changes"] == []
    for form in ("rawxml", "xml"):
        for name in CORPUS:
            address = f"apis/{name}/policies/policy"
            read = arm.get(f"{address}?format={form}")["properties"]["value"]
            arm.put(address, {"properties": {"format": form, "value": read}})
        assert cloud("plan", str(spec), "--output", "json").ended(0).document["resource_changes"] == [], form
