"""Policies with a call each: what the backend has to be asked, and what the caller has to be told.

A file in `corpus/` is a case: `policy` (a document, or what stands in `inbound`), perhaps `scopes`, `named`,
`fragments`, `backends`, `schemas`, `operation`, `api`, and either one call or `calls`. Headers of null must not be
there; `asked` of null says that the backend must not be asked; a body may be `json` or `body`.
"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.conftest import embedded
from tests.gateway.conftest import Asked, Backend, Site, Told, backend_server

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CORPUS = Path(__file__).parent / "corpus"
CASES = sorted(CORPUS.rglob("*.yaml"))
PLAIN = "<policies><inbound/><backend><forward-request/></backend><outbound/><on-error/></policies>"
CALL = ("request", "backend", "asked", "answer", "variables", "advance", "repeat", "events")


def name_of(case: Path) -> str:
    return str(case.relative_to(CORPUS).with_suffix("")).replace("/", "-")


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with backend_server() as backend, embedded() as cloud:
        found = Site(cloud, backend)
        found.instance()
        yield found


@pytest.mark.parametrize("path", CASES, ids=name_of)
def test_case(path: Path, site: Site) -> None:
    case = yaml.safe_load(path.read_text("utf-8"))
    name = name_of(path)
    case = _filled(case, {"$BACKEND": site.backend.url, "$GATEWAY": site.call.url, "$API": f"{site.call.url}/{name}"})
    site.clock.freeze(site.clock.now())
    key = _set_up(site, name, case)
    try:
        for call in case.get("calls") or [{one: case[one] for one in CALL if one in case}]:
            for _ in range(call.get("repeat", 1)):
                _check(site, name, call, key)
    finally:
        if "global" in (case.get("scopes") or {}):
            site.policy(
                "", "<policies><inbound/><backend><forward-request/></backend><outbound/><on-error/></policies>"
            )


def _filled(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(one, names) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, names) for one in value]
    if isinstance(value, str):
        for name, text in names.items():
            value = value.replace(name, text)
    return value


def _set_up(site: Site, name: str, case: Mapping[str, Any]) -> str:
    arm = site.arm
    for one, text in (case.get("named") or {}).items():
        arm.put(f"namedValues/{one}", {"properties": {"displayName": one, "value": text}})
    for one, text in (case.get("fragments") or {}).items():
        arm.put(f"policyFragments/{one}", {"properties": {"format": "rawxml", "value": text}})
    for one, props in (case.get("backends") or {}).items():
        arm.put(f"backends/{one}", {"properties": {"protocol": "http", **props}})
    for one in case.get("loggers") or []:
        body = {"loggerType": "azureEventHub", "credentials": {"name": one, "connectionString": "Endpoint=sb://x"}}
        arm.put(f"loggers/{one}", {"properties": body})
    operation = {"method": "GET", "urlTemplate": "/thing", **(case.get("operation") or {})}
    more = {key: value for key, value in operation.items() if key not in ("method", "urlTemplate")}
    site.api(name, name, {"op": f"{operation['method']} {operation['urlTemplate']}"}, **(case.get("api") or {}))
    for one, props in (case.get("schemas") or {}).items():
        arm.put(f"apis/{name}/schemas/{one}", {"properties": props})
    if more:
        arm.edit(f"apis/{name}/operations/op", lambda props: props.update(more))
    key = _subscribed(site, name, case["product"]) if case.get("product") is not None else ""
    places = {"product": f"products/{name}", "operation": f"apis/{name}/operations/op", "global": ""}
    for scope, document in (case.get("scopes") or {}).items():
        site.policy(places[scope], document)
    if "policy" in case:
        site.policy(f"apis/{name}", case["policy"])
    return key


def _subscribed(site: Site, name: str, props: Mapping[str, Any]) -> str:
    """A product with the API of the case; returns a key for it, where one is needed."""
    product = {"displayName": name, "state": "published", **props}
    site.arm.put(f"products/{name}", {"properties": product})
    site.arm.put(f"products/{name}/apis/{name}", {})
    return site.subscription(name, f"/products/{name}") if product.get("subscriptionRequired", True) else ""


def _check(site: Site, name: str, call: Mapping[str, Any], key: str) -> None:
    if "advance" in call:
        site.clock.advance(timedelta(seconds=call["advance"]))
    request = {"method": "GET", "path": "/thing", **(call.get("request") or {})}
    site.backend.asked.clear()
    site.backend.answer = _answering(call.get("backend"))
    body = json.dumps(request["json"]) if "json" in request else request.get("body")
    headers = {one: str(value) for one, value in (request.get("headers") or {}).items()}
    told = site.call(
        request["method"], f"/{name}{request['path']}", body, headers, "" if request.get("keyless") else key
    )
    _told(told, call.get("answer") or {})
    if "asked" in call:
        _asked(site.backend, call["asked"])
    if "events" in call:
        events = site.arm("GET", "/_emulator/events").body
        kept: Any = events[-len(call["events"]) :]  # type: ignore[index]
        assert [{key: one.get(key) for key in wanted} for one, wanted in zip(kept, call["events"], strict=True)] == (
            call["events"]
        )


def _answering(given: Any) -> Any:
    if given is None:
        return lambda _: None
    turns = list(given) if isinstance(given, list) else None

    def answer(_: Asked) -> tuple[int, Mapping[str, str], bytes] | None:
        this = given if turns is None else turns.pop(0) if len(turns) > 1 else turns[0]
        if this is None:
            return None
        payload = json.dumps(this["json"]) if "json" in this else this.get("body", "")
        kind = {"Content-Type": "application/json"} if "json" in this else {}
        return this.get("status", 200), {**kind, **(this.get("headers") or {})}, payload.encode()

    return answer


def _told(told: Told, wanted: Mapping[str, Any]) -> None:
    assert told.status == wanted.get("status", 200), told
    _headers(told.headers, wanted)
    if "json" in wanted:
        assert told.json == wanted["json"]
    if "body" in wanted:
        assert told.text == wanted["body"]
    for part in wanted.get("contains") or []:
        assert part in told.text


def _asked(backend: Backend, wanted: Mapping[str, Any] | None) -> None:
    if wanted is None:
        assert backend.asked == []
        return
    assert len(backend.asked) == wanted.get("times", 1)
    last = backend.asked[-1]
    for field in ("method", "target"):
        if field in wanted:
            assert getattr(last, field) == wanted[field]
    _headers(last.headers, wanted)
    if "json" in wanted:
        assert json.loads(last.body) == wanted["json"]
    if "body" in wanted:
        assert last.body.decode() == wanted["body"]


def _headers(found: Mapping[str, str], wanted: Mapping[str, Any]) -> None:
    for one, value in (wanted.get("headers") or {}).items():
        assert found.get(one.lower()) == value, (one, dict(found))
