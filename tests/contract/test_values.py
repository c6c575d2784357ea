"""What policies and APIs use: each property changed by another client is drift, named alone, and repaired."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from provision.address import Address
from provision.kinds import kind_of
from provision.kinds.table import properties_of
from tests.conftest import Cloud, embedded

if TYPE_CHECKING:
    from collections.abc import Iterator

SPEC = str(Path(__file__).parent / "values" / "spec.yaml")
KEY = "correct-horse-battery"
EARLIER = "an-earlier-value-of-it"

# (address, path as drift names it, steps from `properties`, the other client's value)
EDITS: tuple[tuple[str, str, tuple[str | int, ...], Any], ...] = (
    ("namedValues/key", "displayName", ("displayName",), "key-2"),
    ("namedValues/host", "value", ("value",), "elsewhere"),
    ("namedValues/host", "tags", ("tags",), ["a"]),
    ("namedValues/key", "tags", ("tags",), None),
    ("policyFragments/common", "description", ("description",), "two"),
    ("policyFragments/common", "value", ("value",), "<fragment />"),
    ("backends/orders", "url", ("url",), "https://elsewhere.example.com"),
    ("backends/orders", "protocol", ("protocol",), "soap"),
    ("backends/orders", "title", ("title",), None),
    ("backends/orders", "description", ("description",), "another"),
    ("backends/orders", "resourceId", ("resourceId",), "https://management.azure.com/subscriptions/Y"),
    ("backends/orders", "tls.validateCertificateChain", ("tls", "validateCertificateChain"), True),
    ("backends/orders", "tls.validateCertificateName", ("tls", "validateCertificateName"), False),
    ("backends/orders", "proxy.url", ("proxy", "url"), "https://another.example.com"),
    ("backends/orders", "proxy.username", ("proxy", "username"), "v"),
    ("backends/orders", "proxy.password", ("proxy", "password"), EARLIER),
    ("backends/orders", "credentials.authorization.scheme", ("credentials", "authorization", "scheme"), "Bearer"),
    ("backends/orders", "credentials.authorization.parameter", ("credentials", "authorization", "parameter"), EARLIER),
    ("backends/orders", "credentials.header.x-key", ("credentials", "header", "x-key"), [EARLIER]),
    ("backends/orders", "credentials.header.x-plain", ("credentials", "header", "x-plain"), [KEY, EARLIER]),
    ("backends/orders", "credentials.query.code", ("credentials", "query"), None),
    ("backends/orders", "credentials.certificateIds", ("credentials", "certificateIds"), []),
    ("backends/orders", "credentials.certificate", ("credentials", "certificate"), ["AB"]),
    (
        "backends/orders",
        "circuitBreaker.rules[trip].tripDuration",
        ("circuitBreaker", "rules", 0, "tripDuration"),
        "PT2H",
    ),
    (
        "backends/orders",
        "circuitBreaker.rules[trip].acceptRetryAfter",
        ("circuitBreaker", "rules", 0, "acceptRetryAfter"),
        None,
    ),
    *(
        (
            "backends/orders",
            f"circuitBreaker.rules[trip].failureCondition.{name}",
            ("circuitBreaker", "rules", 0, "failureCondition", name),
            value,
        )
        for name, value in (
            ("count", 4),
            ("percentage", 5),
            ("interval", "PT61S"),
            ("errorReasons", ["Timeout"]),
            ("statusCodeRanges", [{"min": 400, "max": 599}]),
        )
    ),
    *(
        (
            "backends/fabric",
            f"properties.serviceFabricCluster.{name}",
            ("properties", "serviceFabricCluster", name),
            value,
        )
        for name, value in (
            ("clientCertificatethumbprint", "AC"),
            ("managementEndpoints", ["https://b"]),
            ("maxPartitionResolutionRetries", 6),
            ("serverCertificateThumbprints", None),
            ("serverX509Names", None),
        )
    ),
    ("backends/pool", "pool.services[backends/orders].weight", ("pool", "services", 0, "weight"), 3),
    ("backends/pool", "pool.services[backends/orders].priority", ("pool", "services", 0, "priority"), 3),
    ("certificates/vaulted", "keyVault.secretIdentifier", ("keyVault", "secretIdentifier"), "https://w/secrets/c"),
    ("certificates/vaulted", "keyVault.identityClientId", ("keyVault", "identityClientId"), "someone"),
    ("loggers/hub", "description", ("description",), "e"),
    ("loggers/hub", "credentials.name", ("credentials", "name"), "others"),
    ("loggers/insights", "isBuffered", ("isBuffered",), True),
    ("loggers/insights", "resourceId", ("resourceId",), "/subscriptions/y"),
    ("loggers/insights", "credentials.instrumentationKey", ("credentials", "instrumentationKey"), "{{host}}"),
    *(
        ("apis/echo/diagnostics/applicationinsights", name, (name,), value)
        for name, value in (
            ("alwaysLog", None),
            ("httpCorrelationProtocol", "None"),
            ("operationNameFormat", "Name"),
            ("metrics", False),
            ("logClientIp", True),
            ("verbosity", "verbose"),
        )
    ),
    ("diagnostics/applicationinsights", "verbosity", ("verbosity",), "error"),
    ("diagnostics/applicationinsights", "sampling.percentage", ("sampling", "percentage"), 51.0),
    ("diagnostics/applicationinsights", "frontend.request.headers", ("frontend", "request", "headers"), ["a"]),
    ("diagnostics/applicationinsights", "frontend.request.body.bytes", ("frontend", "request", "body", "bytes"), 101),
    (
        "diagnostics/applicationinsights",
        "frontend.request.dataMasking.headers",
        ("frontend", "request", "dataMasking", "headers"),
        [{"value": "x", "mode": "Hide"}],
    ),
    ("caches/default", "description", ("description",), "d"),
    ("caches/default", "useFromLocation", ("useFromLocation",), "westeurope"),
    ("caches/default", "resourceId", ("resourceId",), "https://management.azure.com/x"),
    ("policyRestrictions/base", "scope", ("scope",), "/apis/other"),
    ("policyRestrictions/base", "requireBase", ("requireBase",), "false"),
)


@pytest.fixture(scope="module")
def values() -> Iterator[Cloud]:
    with pytest.MonkeyPatch.context() as patch, embedded() as cloud:
        patch.setenv("BACKEND_KEY", KEY)
        cloud.applied(SPEC)
        cloud.clean(SPEC)
        yield cloud


def rounds() -> list[list[tuple[str, str, tuple[str | int, ...], Any]]]:
    """One edit of each resource at a time."""
    by_address: dict[str, list[Any]] = {}
    for edit in EDITS:
        by_address.setdefault(edit[0], []).append(edit)
    return [
        [edits[number] for edits in by_address.values() if number < len(edits)]
        for number in range(max(map(len, by_address.values())))
    ]


def put_at(properties: dict[str, Any], steps: tuple[str | int, ...], value: Any) -> None:
    found: Any = properties
    for step in steps[:-1]:
        if not isinstance(step, int) and found.get(step) is None:
            found[step] = {}
        found = found[step]
    found[steps[-1]] = value


def expected(address: str, path: str) -> set[str]:
    """The spec says nothing of the API's verbosity, and nobody knows the service's default."""
    return set() if (address, path) == ("apis/echo/diagnostics/applicationinsights", "verbosity") else {path}


@pytest.mark.parametrize("edits", rounds(), ids=lambda edits: f"{edits[0][1]}..{len(edits)}")
def test_what_another_client_changes_is_found_and_repaired(values: Cloud, edits: list[Any]) -> None:
    for address, _, steps, value in edits:
        raw = "?format=rawxml" if "policyFragments" in address else ""
        body = values.arm.get(address + raw)
        put_at(body["properties"], steps, value)
        if address == "loggers/hub":
            body["properties"]["credentials"]["connectionString"] = KEY
        if address == "namedValues/key":
            body["properties"]["value"] = KEY
        values.arm.put(address, body)
    drift = values("drift", SPEC, "--output", "json").ended(2)
    wanted = {address: expected(address, path) for address, path, *_ in edits}
    seen = {address: set(found) for address, found in drift.changes.items()}
    assert seen == {address: paths_of for address, paths_of in wanted.items() if paths_of}
    assert KEY not in drift.out + drift.err
    assert EARLIER not in drift.out + drift.err
    values.applied(SPEC, "--max-update", "100")
    values.clean(SPEC)


def test_every_property_that_azure_shows_is_edited() -> None:
    """But those that can't be changed in place, and references, which have tests of their own."""
    fixed = {
        "type",
        "pool",
        "secret",
        "keyVault",
        "loggerType",
        "connectionString",
        "loggerId",
        "backend",
        "properties",
    }
    edited = {(kind_of(Address(address).kind), steps[0]) for address, _, steps, _ in EDITS}
    shown = {
        (kind, name)
        for kind in {kind for kind, _ in edited}
        for name, prop in properties_of(kind).items()
        if prop.written and not (prop.write_only and prop.write_only.when is None)
    }
    assert {f"{kind.type}: {name}" for kind, name in shown - edited if name not in fixed} == {
        "apis/diagnostics: frontend",  # as the instance's
        "apis/diagnostics: sampling",
        *(f"diagnostics: {name}" for name in ("alwaysLog", "httpCorrelationProtocol", "logClientIp", "metrics")),
        "diagnostics: operationNameFormat",
    }
