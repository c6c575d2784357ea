"""Whatever another client changes: drift names it with before and after, names nothing else, and apply repairs it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import WORKED, Cloud, embedded, writes

if TYPE_CHECKING:
    from collections.abc import Iterator

SPEC = (WORKED, "--overlay", str(Path(__file__).parent / "drift" / "rich.overlay.yaml"))
API, OPERATION, PRODUCT = "apis/rich", "apis/rich/operations/rich", "products/rich"
PLAIN_API, PLAIN_OPERATION, PLAIN_PRODUCT = (
    "apis/azureml-demo",
    "apis/azureml-demo/operations/bes-status",
    "products/starter",
)
SERVICE, GROUP = "service", "resourceGroup"
HTTP2 = "Microsoft.WindowsAzure.ApiManagement.Gateway.Protocols.Server.Http2"
SAME = object()  # the value that was there
Pointer = tuple[str | int, ...]
LOGIN = "https://login.example.com"
PROVIDER = {"displayName": "Provider", "clientId": "c", "metadataEndpoint": f"{LOGIN}/.well-known/openid-configuration"}
SERVER = {
    "displayName": "Server",
    "clientId": "c",
    "clientRegistrationEndpoint": f"{LOGIN}/register",
    "authorizationEndpoint": f"{LOGIN}/authorize",
    "tokenEndpoint": f"{LOGIN}/token",
    "grantTypes": ["authorizationCode"],
}


@pytest.fixture(scope="module")
def rich() -> Iterator[Cloud]:
    """The worked example and the rich spec beside it."""
    with embedded() as cloud:
        cloud.applied(WORKED)
        versions = {"properties": {"displayName": "Rich", "versioningScheme": "Segment"}}
        cloud.arm.put("apiVersionSets/rich", versions)
        cloud.arm.put("authorizationServers/server", {"properties": SERVER})
        cloud.arm.put("openidConnectProviders/provider", {"properties": PROVIDER})
        cloud.applied(*SPEC)
        cloud.clean(*SPEC)
        yield cloud


@pytest.fixture
def azure(rich: Cloud) -> Iterator[Cloud]:
    """The same, put back in order after a test that failed."""
    yield rich
    rich("apply", *SPEC, "--yes", "--delete-subscriptions")


def url(cloud: Cloud, address: str) -> str:
    return {GROUP: cloud.arm.group, SERVICE: ""}.get(address, address)


def body_of(cloud: Cloud, address: str) -> dict[str, Any]:
    """What a GET shows, as far as a PUT takes it: of an API's callers both forms come back, and one may be sent."""
    body = cloud.arm.get(url(cloud, address) + ("?format=rawxml" if "/policies/" in f"/{address}" else ""))
    for single in ("oAuth2", "openid"):
        (body.get("properties", {}).get("authenticationSettings") or {}).pop(single, None)
    return body


def at(body: Any, pointer: Pointer) -> Any:
    for step in pointer:
        body = body[step] if isinstance(step, int) else (body or {}).get(step)
    return body


def put_at(body: Any, pointer: Pointer, value: Any) -> None:
    for step in pointer[:-1]:
        body = body[step]
    body[pointer[-1]] = value


def pointer_in(address: str, pointer: Pointer) -> Pointer:
    """Some properties stand beside `properties`."""
    top = address in (GROUP, SERVICE) and pointer[0] in ("tags", "sku", "identity", "zones", "location")
    return pointer if top else ("properties", *pointer)


def write(cloud: Cloud, address: str, pointer: Pointer, value: Any) -> Any:
    """Change one property as another client does, and give the value that was there."""
    body = body_of(cloud, address)
    whole = pointer_in(address, pointer)
    old = at(body, whole)
    put_at(body, whole, value)
    if address == SERVICE:
        cloud.arm.patch("", {whole[0]: nested(whole[1:], value)})
    else:
        cloud.arm.put(url(cloud, address), body)
    return old


def nested(pointer: Pointer, value: Any) -> Any:
    return {pointer[0]: nested(pointer[1:], value)} if pointer else value


def drifted(cloud: Cloud) -> dict[str, dict[str, tuple[Any, Any]]]:
    return cloud("drift", *SPEC, "--output", "json").ended(2).changes


def repaired(cloud: Cloud, *options: str) -> None:
    cloud.applied(*SPEC, *options)
    assert cloud("drift", *SPEC, "--output", "json").ended(0).changes == {}


def case(
    address: str, pointer: str | Pointer, value: Any, path: str = "", before: Any = SAME, after: Any = SAME
) -> Any:
    """`pointer`: where in the body; `path`: how drift calls it; `before` and `after` where they aren't as written."""
    steps: Pointer = tuple(pointer.split(".")) if isinstance(pointer, str) else pointer
    name = path or ".".join(map(str, steps))
    return pytest.param(address, steps, value, name, value if before is SAME else before, after, id=f"{address} {name}")


PARAMETERS = ("templateParameters", 0), ("templateParameters", 1)
QUERY, HEADER = ("request", "queryParameters", 0), ("request", "headers", 0)
JSON, FORM = ("request", "representations", 0), ("request", "representations", 1)
OK = ("responses", 0)
JSON_AT, FORM_AT = (
    "request.representations[application/json]",
    "request.representations[application/x-www-form-urlencoded]",
)
NOT_THERE = {"statusCode": 404, "description": "not there"}
FIELD = (*FORM, "formParameters", 0)

CASES = [
    *(case(API, name, "other") for name in ("displayName", "description", "path", "apiVersion")),
    *(case(API, name, "other") for name in ("apiVersionDescription", "apiRevisionDescription")),
    case(API, "serviceUrl", "https://example.org/else"),
    case(API, "protocols", ["https"]),
    case(API, "subscriptionRequired", True),
    case(API, "subscriptionKeyParameterNames.header", "x-other"),
    case(API, "subscriptionKeyParameterNames.query", "other"),
    case(
        API,
        "authenticationSettings.oAuth2AuthenticationSettings",
        [{"authorizationServerId": "server", "scope": "write"}],
    ),
    case(
        API,
        "authenticationSettings.openidAuthenticationSettings",
        [{"openidProviderId": "provider", "bearerTokenSendingMethods": ["authorizationHeader"]}],
    ),
    case(API, "termsOfServiceUrl", "https://example.org/"),
    *(case(API, f"contact.{name}", f"https://example.org/{name}") for name in ("name", "url", "email")),
    *(case(API, f"license.{name}", f"https://example.org/{name}") for name in ("name", "url")),
    # What the spec omits is expected to be at the service's default.
    *(
        case(PLAIN_API, name, "other", after=None)
        for name in ("description", "apiRevisionDescription", "termsOfServiceUrl")
    ),
    case(PLAIN_API, "subscriptionRequired", False, after=True),
    case(PLAIN_API, "protocols", ["http"], after=["https"]),
    case(PLAIN_API, "subscriptionKeyParameterNames.header", "x-key", after="Ocp-Apim-Subscription-Key"),
    case(PLAIN_API, "contact", {"name": "me"}, "contact.name", "me", None),
    *(case(OPERATION, name, "other") for name in ("displayName", "description")),
    case(OPERATION, "method", "PUT"),
    case(OPERATION, "urlTemplate", "/thing/{id}?fields={fields}"),
    case(OPERATION, (*PARAMETERS[0], "type"), "string", "templateParameters[id].type"),
    case(OPERATION, (*PARAMETERS[0], "required"), False, "templateParameters[id].required"),
    case(OPERATION, (*PARAMETERS[0], "description"), "other", "templateParameters[id].description"),
    case(OPERATION, (*PARAMETERS[1], "defaultValue"), "all", "templateParameters[fields].defaultValue"),
    case(OPERATION, (*PARAMETERS[1], "values"), ["few"], "templateParameters[fields].values"),
    case(OPERATION, "request.description", "other"),
    case(OPERATION, (*QUERY, "type"), "string", "request.queryParameters[dry].type"),
    case(OPERATION, (*QUERY, "required"), False, "request.queryParameters[dry].required"),
    case(OPERATION, (*QUERY, "defaultValue"), "true", "request.queryParameters[dry].defaultValue"),
    case(OPERATION, (*QUERY, "description"), None, "request.queryParameters[dry].description"),
    case(OPERATION, (*HEADER, "values"), ["on"], "request.headers[x-trace].values"),
    case(OPERATION, (*HEADER, "required"), True, "request.headers[x-trace].required", after=False),
    case(
        OPERATION,
        "request.headers",
        [],
        "request.headers[x-trace]",
        None,
        {"name": "x-trace", "type": "string", "values": ["on", "off"], "required": False},
    ),
    case(OPERATION, (*JSON, "examples", "cat", "summary"), "a dog", f"{JSON_AT}.examples.cat.summary"),
    case(OPERATION, (*JSON, "examples", "cat", "description"), "black", f"{JSON_AT}.examples.cat.description"),
    case(OPERATION, (*JSON, "examples", "cat", "value", "name"), "Rex", f"{JSON_AT}.examples.cat.value.name"),
    case(OPERATION, (*FIELD, "type"), "integer", f"{FORM_AT}.formParameters[name].type"),
    case(OPERATION, (*FIELD, "required"), False, f"{FORM_AT}.formParameters[name].required"),
    case(OPERATION, (*FIELD, "description"), "other", f"{FORM_AT}.formParameters[name].description"),
    case(OPERATION, (*OK, "description"), "other", "responses[200].description"),
    case(OPERATION, (*OK, "headers", 0, "type"), "string", "responses[200].headers[x-cost].type"),
    case(OPERATION, (*OK, "headers", 0, "description"), "in euros", "responses[200].headers[x-cost].description"),
    case(
        OPERATION,
        (*OK, "representations", 0, "examples", "ok", "value"),
        [1, 2, 3],
        "responses[200].representations[application/json].examples.ok.value",
    ),
    case(OPERATION, ("responses", 1, "statusCode"), 410, "responses[410]", {**NOT_THERE, "statusCode": 410}, None),
    case(PLAIN_OPERATION, "description", "other", after=None),
    case(PLAIN_OPERATION, "request.description", "other", after=None),
    case(PLAIN_OPERATION, "responses", [], "responses[200]", None, {"statusCode": 200}),
    case(PLAIN_OPERATION, (*PARAMETERS[0], "type"), "integer", "templateParameters[workspace].type", after="string"),
    case(PLAIN_OPERATION, (*PARAMETERS[0], "required"), False, "templateParameters[workspace].required", after=True),
    *(case(PRODUCT, name, "other") for name in ("displayName", "description", "terms")),
    case(PRODUCT, "approvalRequired", False),
    case(PRODUCT, "subscriptionsLimit", 4),
    case(PRODUCT, "state", "notPublished"),
    case(PRODUCT, "subscriptionRequired", False),
    case(PLAIN_PRODUCT, "terms", "Be kind.", after=None),
    case(PLAIN_PRODUCT, "approvalRequired", True, after=False),
    *(case(SERVICE, f"properties.{name}", "other@example.com", name) for name in ("publisherName", "publisherEmail")),
    case(SERVICE, "properties.notificationSenderEmail", "other@example.com", "notificationSenderEmail"),
    case(SERVICE, ("properties", "customProperties", HTTP2), "False", f'customProperties["{HTTP2}"]'),
    case(SERVICE, "sku.capacity", 2),
    case(SERVICE, "tags.env", "live"),
    case(GROUP, "tags.team", "other"),
]  # fmt: skip


@pytest.mark.parametrize(("address", "pointer", "value", "path", "before", "after"), CASES)
def test_a_changed_property_is_named_alone_and_repaired(
    azure: Cloud, address: str, pointer: Pointer, value: Any, path: str, before: Any, after: Any
) -> None:
    steps = pointer[1:] if pointer[0] == "properties" else pointer
    original = body_of(azure, address)
    old = write(azure, address, steps, value)
    expected = {path: (before, old if after is SAME else after)}
    if path == "responses[410]":
        expected["responses[404]"] = (None, NOT_THERE)
    assert drifted(azure) == {address: expected}
    repaired(azure)
    assert stripped(body_of(azure, address)) == stripped(original), "repaired to what it was"


def stripped(body: dict[str, Any]) -> dict[str, Any]:
    """Without what a write changes by itself."""
    gone = ("etag", "systemData", "updatedDateTime", "specificationLastUpdated")
    inner = {name: value for name, value in body.get("properties", {}).items() if name not in gone}
    return {**{name: value for name, value in body.items() if name not in gone}, "properties": inner}


@pytest.mark.parametrize(("name", "value"), [("type", "soap"), ("apiVersionSetId", "/apiVersionSets/other")])
def test_a_changed_property_that_cannot_be_changed_back_is_drift_all_the_same(
    azure: Cloud, name: str, value: str
) -> None:
    """Another client deleted the API and made it anew; `drift` tells so, and it is `apply` that asks for --replace."""
    azure.arm.put("apiVersionSets/other", {"properties": {"displayName": "Other", "versioningScheme": "Segment"}})
    body = body_of(azure, API)
    old = body["properties"].get(name)
    body["properties"][name] = value
    azure.arm.put(API, body)
    try:
        found = drifted(azure)
    finally:
        body["properties"][name] = old or "http"
        azure.arm.put(API, body)
    assert list(found) == [API]
    assert list(found[API]) == [name]


POLICIES = {
    "policies/policy": ('timeout="20"', 'timeout="21"'),
    f"{PRODUCT}/policies/policy": ('calls="5"', 'calls="6"'),
    f"{API}/policies/policy": ("Count < 3", "Count < 4"),
    f"{OPERATION}/policies/policy": ('1 < 2 ? "a"', '1 < 2 ? "c"'),
    f"{PLAIN_PRODUCT}/policies/policy": ('calls="100"', 'calls="1000"'),
}


@pytest.mark.parametrize("address", POLICIES)
def test_a_changed_policy_is_named_alone_and_repaired(azure: Cloud, address: str) -> None:
    spoken, other = POLICIES[address]
    text = body_of(azure, address)["properties"]["value"]
    assert spoken in text
    azure.arm.put(address, {"properties": {"format": "rawxml", "value": text.replace(spoken, other)}})
    found = drifted(azure)
    assert {name: list(paths) for name, paths in found.items()} == {address: ["value"]}
    before, after = found[address]["value"]
    assert before.replace(other, spoken) == after
    repaired(azure)


@pytest.mark.parametrize("address", POLICIES)
def test_a_policy_written_otherwise_is_no_drift(azure: Cloud, address: str) -> None:
    """Other indentation, other quotes, no blank in front of />: as the portal's editor or Azure itself may write."""
    text = body_of(azure, address)["properties"]["value"]
    other = text.replace(" />", "/>").replace("\n", "\r\n   ") + "\r\n"
    azure.arm.put(address, {"properties": {"format": "rawxml", "value": other}})
    azure.clean(*SPEC)


@pytest.mark.parametrize(
    ("address", "pointer", "value"),
    [
        (SERVICE, ("properties", "disableGateway"), True),
        (SERVICE, ("properties", "publicNetworkAccess"), "Disabled"),
        (SERVICE, ("properties", "developerPortalStatus"), "Disabled"),
        (SERVICE, ("tags", "somebody"), "else"),
        (GROUP, ("tags", "somebody"), "else"),
    ],
    ids=lambda value: ".".join(value) if isinstance(value, tuple) else None,
)
def test_what_the_spec_does_not_say_of_the_instance_is_left_alone(
    azure: Cloud, address: str, pointer: Pointer, value: Any
) -> None:
    steps = pointer[1:] if pointer[0] == "properties" else pointer
    old = write(azure, address, steps, value)
    azure.clean(*SPEC)
    found = at(body_of(azure, address), pointer)
    assert found == value != old
    write(azure, SERVICE, ("publisherName",), "other")
    azure.applied(*SPEC)
    assert at(body_of(azure, address), pointer) == value, "an update of something else keeps it"


TEXTS = {
    API: ("displayName", "description", "termsOfServiceUrl", "apiRevisionDescription"),
    PLAIN_API: ("displayName", "description"),
    OPERATION: ("displayName", "description"),
    PLAIN_OPERATION: ("displayName", "description"),
    PRODUCT: ("displayName", "description", "terms"),
    PLAIN_PRODUCT: ("displayName", "description", "terms"),
    SERVICE: ("publisherName",),
}
CHOICES = [(address, name) for address, names in TEXTS.items() for name in names]
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=60)


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(choice=st.sampled_from(CHOICES), text=WORDS)
def test_any_text_anywhere_is_named_alone(rich: Cloud, choice: tuple[str, str], text: str) -> None:
    address, name = choice
    old = write(rich, address, (name,), text)
    try:
        expected = {} if text == old else {address: {name: (text, old)}}
        found = rich("drift", *SPEC, "--output", "json").ended(2 if expected else 0)
        assert found.changes == expected, json.dumps(found.document, indent=1)
        read = rich("drift", *SPEC)
        # A text of several lines keeps its tabs.
        assert all(ord(character) >= 32 for character in read.out if character not in "\n\t")
    finally:
        write(rich, address, (name,), old)


def test_a_sixth_operation_goes(azure: Cloud) -> None:
    sixth = {"displayName": "BES List", "method": "GET", "urlTemplate": "/jobs"}
    azure.arm.put(f"{PLAIN_API}/operations/bes-list", {"properties": sixth})
    assert drifted(azure) == {
        f"{PLAIN_API}/operations/bes-list": {name: (value, None) for name, value in sixth.items()}
    }
    assert azure("drift", *SPEC, "--output", "json").actions == {f"{PLAIN_API}/operations/bes-list": "delete"}
    repaired(azure)
    assert not azure.arm.exists(f"{PLAIN_API}/operations/bes-list")


@pytest.mark.parametrize("parent", [PLAIN_API, PLAIN_OPERATION])
def test_a_policy_that_the_spec_does_not_have_goes(azure: Cloud, parent: str) -> None:
    document = "<policies><inbound><base /></inbound></policies>"
    azure.arm.put(f"{parent}/policies/policy", {"properties": {"format": "rawxml", "value": document}})
    found = azure("drift", *SPEC, "--output", "json").ended(2)
    assert found.actions == {f"{parent}/policies/policy": "delete"}
    repaired(azure)
    assert not azure.arm.exists(f"{parent}/policies/policy")


GONE = [
    (f"{PLAIN_PRODUCT}/apis/azureml-demo", []),
    (f"{PRODUCT}/groups/developers", []),
    (f"{PLAIN_API}/operations/bes-delete", []),
    (f"{OPERATION}", [f"{OPERATION}/policies/policy"]),
    (f"{API}/policies/policy", []),
    (
        PLAIN_API,
        [
            *(f"{PLAIN_API}/operations/{name}" for name in ("bes-delete", "bes-start", "bes-status", "bes-submit")),
            f"{PLAIN_API}/operations/rrs-execute",
            f"{PLAIN_PRODUCT}/apis/azureml-demo",
        ],
    ),
]


@pytest.mark.parametrize(("address", "along"), GONE, ids=[address for address, _ in GONE])
def test_what_is_gone_is_named_and_comes_back(azure: Cloud, address: str, along: list[str]) -> None:
    azure.arm.delete(address)
    found = azure("drift", *SPEC, "--output", "json").ended(2)
    assert found.actions == dict.fromkeys([address, *along], "create")
    assert all(before is None for paths in found.changes.values() for before, _ in paths.values())
    repaired(azure)


def test_links_that_the_spec_does_not_have_go(azure: Cloud) -> None:
    azure.arm.put(f"{PRODUCT}/apis/azureml-demo", {})
    azure.arm.put(f"{PRODUCT}/groups/guests", {})
    found = azure("drift", *SPEC, "--output", "json").ended(2)
    assert found.actions == {f"{PRODUCT}/apis/azureml-demo": "delete", f"{PRODUCT}/groups/guests": "delete"}
    repaired(azure)
    assert azure.arm.exists(PLAIN_API)


def test_a_product_that_is_gone_comes_back(azure: Cloud) -> None:
    azure.arm.delete(f"{PRODUCT}?deleteSubscriptions=true")
    found = azure("drift", *SPEC, "--output", "json").ended(2)
    inside = ("apis/rich", "groups/administrators", "groups/developers", "policies/policy")
    assert found.actions == dict.fromkeys([PRODUCT, *(f"{PRODUCT}/{name}" for name in inside)], "create")
    repaired(azure)


def everything_of(cloud: Cloud, *addresses: str) -> dict[str, tuple[str, str]]:
    """Body, as bytes have it, and ETag."""
    found = {address: cloud.arm("GET", address) for address in addresses}
    assert {reply.status for reply in found.values()} == {200}
    return {address: (reply.text, reply.etag) for address, reply in found.items()}


def test_what_others_made_is_left_as_it_is(azure: Cloud) -> None:
    """Another API with an operation and policies, another product with a link: reported, and untouched."""
    arm, policy = azure.arm, {"properties": {"format": "rawxml", "value": "<policies><inbound /></policies>"}}
    arm.put("apis/theirs", {"properties": {"displayName": "Theirs", "path": "theirs"}})
    arm.put("apis/theirs/operations/get", {"properties": {"displayName": "Get", "method": "GET", "urlTemplate": "/"}})
    arm.put("apis/theirs/policies/policy", policy)
    arm.put("products/theirs", {"properties": {"displayName": "Theirs"}})
    arm.put("products/theirs/policies/policy", policy)
    arm.put("products/theirs/apis/theirs", {})
    theirs = ("apis/theirs", "apis/theirs/operations/get", "apis/theirs/policies/policy", "products/theirs")
    watched = (*theirs, "products/theirs/policies/policy", "products/theirs/apis", "apis/echo-api")
    before = everything_of(azure, *watched)
    write(azure, API, ("displayName",), "other")
    write(azure, PRODUCT, ("displayName",), "other")
    found = azure("drift", *SPEC, "--output", "json").ended(2)
    assert found.left_alone["apis/theirs"] == found.left_alone["products/theirs"] == "not in the spec"
    assert found.left_alone["apis/echo-api"] == "made by Azure"
    start = len(azure.exchanges)
    report = azure("apply", *SPEC, "--yes").ended(0)
    assert "apis/theirs" in report.out
    assert not [line for line in writes(azure.exchanges[start:]) if "theirs" in line]
    assert everything_of(azure, *watched) == before
    arm.delete("apis/theirs")
    arm.delete("products/theirs?deleteSubscriptions=true")


def test_an_update_keeps_what_provision_does_not_know(azure: Cloud) -> None:
    """A PUT replaces the whole resource: what the model doesn't know is sent back as it was read."""
    write(azure, PLAIN_API, ("sourceControl",), {"kept": [1, {"by": "whom"}]})
    azure.clean(*SPEC)
    write(azure, PLAIN_API, ("displayName",), "other")
    repaired(azure)
    assert body_of(azure, PLAIN_API)["properties"]["sourceControl"] == {"kept": [1, {"by": "whom"}]}
