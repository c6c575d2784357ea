"""A spec planned against its own bodies, as Azure fills them in, is clean; one property changed is what is planned."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provision import spec
from provision.address import Address, Scope
from provision.desired import Desired, desired
from provision.diff import Action
from provision.kinds import kind_of
from provision.kinds.canonical import canonical
from provision.observed import observe
from provision.plan import Wishes, make
from provision.resource import Resource

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from provision.kinds import Kind
    from provision.kinds.collections import Collection
    from provision.plan import Plan

some = settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
HEAD: Mapping[str, Any] = {
    "spec": 1,
    "resourceGroup": {"name": "demo", "location": "westeurope"},
    "service": {
        "name": "demo",
        "sku": {"name": "Developer", "capacity": 1},
        "publisherName": "Demo",
        "publisherEmail": "admin@example.com",
    },
}
WORDS = st.text("abc XYZ-é&<", min_size=1, max_size=6).filter(lambda text: text.strip() == text)
NAMES = st.sampled_from(["one", "two", "Three", "four-4"])
FLAGS = st.booleans()
SERVER = "/authorizationServers/aad"


def some_of(**properties: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=properties)


def parameter() -> st.SearchStrategy[dict[str, Any]]:
    fields = some_of(description=WORDS, defaultValue=WORDS, required=FLAGS, values=st.lists(WORDS, max_size=2))
    return fields.map(lambda given: {"type": "string", **given})


def listed(key: str, names: st.SearchStrategy[Any], item: st.SearchStrategy[dict[str, Any]]) -> Any:
    found = st.dictionaries(names, item, max_size=3)
    return found.map(lambda items: [{key: name, **fields} for name, fields in items.items()])


BODY = some_of(schemaId=WORDS, typeName=WORDS)
RESPONSE = some_of(
    description=WORDS,
    headers=listed("name", NAMES, parameter()),
    representations=listed("contentType", st.sampled_from(["text/plain", "application/json"]), BODY),
)
OPERATION = st.builds(
    lambda name, method, given: {"displayName": name, "method": method, **given},
    WORDS,
    st.sampled_from(["GET", "POST"]),
    some_of(
        description=WORDS,
        request=some_of(description=WORDS, queryParameters=listed("name", NAMES, parameter())),
        responses=listed("statusCode", st.sampled_from([200, 404, 500]), RESPONSE),
    ),
)
POLICY = st.sampled_from(
    [
        '<policies><inbound><base /><rate-limit calls="5" renewal-period="60"/></inbound></policies>',
        '<policies>\n<inbound>\n<set-variable value="@(1 < 2 && "x" != "y")" name="v" />\n</inbound>\n</policies>\n',
    ]
)
API = st.builds(
    lambda name, given, operations: {
        "displayName": name,
        **given,
        "operations": {key: {**one, "urlTemplate": f"/{key}/{{id}}"} for key, one in operations.items()},
    },
    WORDS,
    some_of(
        description=WORDS,
        serviceUrl=st.just("https://example.com/x"),
        protocols=st.lists(st.sampled_from(["http", "https"]), unique=True, max_size=3),
        subscriptionRequired=FLAGS,
        subscriptionKeyParameterNames=some_of(header=WORDS, query=WORDS),
        authenticationSettings=some_of(oAuth2=some_of(authorizationServerId=st.just(SERVER), scope=WORDS)),
        contact=some_of(name=WORDS, email=WORDS),
        policy=POLICY,
    ),
    st.dictionaries(NAMES, OPERATION, max_size=2),
)
PRODUCT = st.builds(
    lambda name, given: {"displayName": name, **given},
    WORDS,
    some_of(
        description=WORDS,
        terms=WORDS,
        state=st.sampled_from(["published", "notPublished"]),
        policy=POLICY,
        apis=st.just([]),
    ),
)
SPECS = st.builds(
    lambda apis, products: {
        **HEAD,
        "apis": {name: {**api, "path": f"/{name}"} for name, api in apis.items()},
        "products": {name: {**product, "apis": list(apis)} for name, product in products.items()},
    },
    st.dictionaries(NAMES, API, max_size=3),
    st.dictionaries(NAMES, PRODUCT, max_size=2),
)


class Azure:
    """Holds what was sent, filled in and rewritten as the real service does it."""

    def __init__(self, wanted: Desired) -> None:
        self.held = {address: filled(address, dict(one.body)) for address, one in wanted.snapshot.items()}

    def get(self, address: Address) -> Resource | None:
        return Resource(address, self.held[address], '"1"') if address in self.held else None

    def listed(self, address: Address) -> Resource:
        found = self.get(address)
        assert found is not None
        return found

    def members(self, kind: Kind, parent: Address) -> Sequence[Resource]:
        found = self.held.items()
        return [Resource(one, body) for one, body in found if one.kind == kind.type and one.parent == parent]

    def secrets(self, address: Address) -> dict[str, Any]:
        raise AssertionError(address)

    def inside(self, collection: Collection) -> Sequence[Resource]:
        assert collection.name == "authorizationServers"
        return [Resource(Address(SERVER[1:]), {})]

    def soft_deleted(self, location: str) -> bool:
        raise AssertionError(location)


def filled(address: Address, body: dict[str, Any]) -> dict[str, Any]:
    body = copy.deepcopy(body)
    match address.kind:
        case "resourceGroup":
            return {**body, "tags": {"team": "web"}, "provisioningState": "Succeeded"}
        case "service":
            more = {"provisioningState": "Succeeded", "virtualNetworkType": "None", "customProperties": {"a": "False"}}
            return {**more, **body, "location": "West Europe", "tags": {}}
        case "apis":
            fill_api(body)
        case "apis/operations":
            fill_operation(body)
        case "products":
            body = {"groups": [], **dict.fromkeys(("description", "terms", "approvalRequired")), **body}
            body.setdefault("state", "notPublished")
            body.setdefault("subscriptionRequired", True)
        case kind if kind.endswith("policies"):
            body["value"] = body["value"].replace("\n", "\r\n").replace("&&", "&amp;&amp;").replace(" < ", " &lt; ")
    return body


def fill_api(inner: dict[str, Any]) -> None:
    inner["path"] = inner["path"].lstrip("/")
    names = inner.get("subscriptionKeyParameterNames") or {}
    inner["subscriptionKeyParameterNames"] = {
        "header": "Ocp-Apim-Subscription-Key",
        "query": "subscription-key",
        **names,
    }
    settings_of = inner.get("authenticationSettings") or {}
    several = settings_of.get("oAuth2AuthenticationSettings") or []
    inner["authenticationSettings"] = {
        "oAuth2": several[0] if several else None,
        "openid": None,
        "oAuth2AuthenticationSettings": several,
        "openidAuthenticationSettings": [],
    }
    inner["protocols"] = sorted(inner.get("protocols") or ["https"])
    for name, value in {"description": None, "serviceUrl": None, "apiRevision": "1", "isCurrent": True}.items():
        inner.setdefault(name, value)
    inner.setdefault("subscriptionRequired", True)


def fill_operation(inner: dict[str, Any]) -> None:
    request = inner.get("request") or {}
    inner["request"] = {"queryParameters": [], "headers": [], "representations": [], **request}
    inner["responses"] = list(reversed(inner.get("responses") or []))
    inner["policies"] = None
    for one in inner["responses"]:
        for name in ("headers", "representations"):
            one.setdefault(name, [])
        one.setdefault("description", None)
    for one in [*inner["templateParameters"], *inner["request"]["queryParameters"]]:
        one.setdefault("values", [])
        one.setdefault("required", False)


def read(tree: Mapping[str, Any], folder: Path) -> Desired:
    path = folder / "spec.yaml"
    path.write_text(json.dumps(tree), "utf-8")
    return desired(spec.load(path, environ={}))


def planned(wanted: Desired, azure: Azure) -> Plan:
    return make(wanted, observe(wanted, azure, workers=2), Scope("0", "demo", "demo"), Wishes())


@some
@given(SPECS)
def test_what_was_sent_and_filled_in_is_clean(tmp_path: Path, tree: dict[str, Any]) -> None:
    wanted = read(tree, tmp_path)
    found = planned(wanted, Azure(wanted)).changes
    assert [(str(one.address), one.properties) for one in found] == []


@some
@given(SPECS, st.data())
def test_one_property_changed_in_azure_is_planned_and_nothing_else(
    tmp_path: Path, tree: dict[str, Any], data: st.DataObject
) -> None:
    wanted = read(tree, tmp_path)
    azure = Azure(wanted)
    address = data.draw(st.sampled_from(sorted(azure.held)))
    paths = {
        "resourceGroup": [],
        "service": ["publisherName"],
        "apis": ["displayName", "description", "serviceUrl", "termsOfServiceUrl"],
        "apis/operations": ["displayName", "description"],
        "products": ["displayName", "description", "terms"],
    }.get(address.kind, [])
    if not paths:
        return
    path = data.draw(st.sampled_from(paths))
    body = azure.held[address]
    before = body.get(path)
    body[path] = "somebody's"
    (change,) = planned(wanted, azure).changes
    assert (change.address, change.action) == (address, Action.UPDATE)
    assert [(one.path, one.before, one.after) for one in change.properties] == [(path, "somebody's", before)]


@some
@given(SPECS, SPECS)
def test_an_update_sends_what_makes_the_next_plan_empty(
    tmp_path: Path, first: dict[str, Any], second: dict[str, Any]
) -> None:
    azure = Azure(read(first, tmp_path))
    wanted = read(second, tmp_path)
    for address in azure.held:
        if address.kind in ("apis", "apis/operations", "products"):
            azure.held[address]["unknown"] = {"kept": True}
    plan = planned(wanted, azure)
    for change in plan.changes:
        if change.action is Action.DELETE:
            for gone in (change.address, *change.takes_along):
                del azure.held[gone]
        elif change.address.kind == "service":
            pytest.fail("nothing of the instance differs")
        else:
            assert change.body is not None
            if change.action is Action.UPDATE and change.address.kind in ("apis", "apis/operations", "products"):
                assert change.body["unknown"] == {"kept": True}
            kind = kind_of(change.address.kind)
            azure.held[change.address] = filled(change.address, dict(change.body))
            assert canonical(kind, change.body) == canonical(kind, wanted.snapshot[change.address].body)
    assert planned(wanted, azure).changes == ()
