"""Every resource type that can be written, at the instance and in a workspace: the same life for all of them."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from provision.emulator import Emulator
from provision.emulator.rules import ALL_KINDS, KINDS
from provision.emulator.rules.shapes import SHAPES, Shape, shape_of
from tests.emulator.official import by_type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provision.emulator.rules.kind import Kind

POLICY = "<policies><inbound><base /></inbound></policies>"
# What a minimal body made from the table cannot know: references and formats.
GIVEN: dict[str, dict[str, Any]] = {
    "apis": {"displayName": "X", "path": "x"},
    "apis/releases": {"apiId": "/apis/pets"},
    "apis/resolvers": {"displayName": "X", "path": "Query/x"},
    "authorizationProviders": {"identityProvider": "google"},
    "backends": {"url": "https://x", "protocol": "http"},
    "certificates": {"data": "ZGF0YQ=="},
    "gateways/hostnameConfigurations": {"certificateId": "/certificates/c"},
    "namedValues": {"displayName": "x", "value": "v"},
    "policyFragments": {"value": "<fragment><base /></fragment>"},
    "products/apiLinks": {"apiId": "/apis/pets"},
    "products/groupLinks": {"groupId": "/groups/g"},
    "subscriptions": {"scope": "/apis"},
    "tags/apiLinks": {"apiId": "/apis/pets"},
    "tags/operationLinks": {"operationId": "/apis/pets/operations/o"},
    "tags/productLinks": {"productId": "/products/p"},
    "users": {"email": "x@example.com"},
} | {kind: {"value": POLICY} for kind in KINDS if kind.endswith("policies") and kind != "accesspolicies"}
NAMES = {
    "gateways/certificateAuthorities": "c",
    "identityProviders": "aad",
    "notifications": "BCC",
    "notifications/recipientEmails": "a+b@example.com",
    "notifications/recipientUsers": "1",
    "portalsettings": "signup",
    "templates": "newDeveloperNotificationMessage",
    "tenant": "access",
}
# Parents, made before anything else; the names that stand in for each of them.
PARENTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("apis/pets", {"displayName": "Pets", "path": "pets"}),
    ("apis/pets/operations/o", {"displayName": "O", "method": "GET", "urlTemplate": "/o"}),
    ("apis/pets/issues/i", {"title": "T", "description": "D", "userId": "/users/1"}),
    ("apis/pets/resolvers/r", {"displayName": "R", "path": "Query/r"}),
    ("products/p", {"displayName": "P"}),
    ("groups/g", {"displayName": "G"}),
    ("tags/t", {"displayName": "T"}),
    ("loggers/l", {"loggerType": "azureMonitor"}),
    ("gateways/w", {"description": "W"}),
    ("certificates/c", {"data": "ZGF0YQ=="}),
    ("contentTypes/c", {"name": "C"}),
    ("authorizationProviders/a", {"identityProvider": "google"}),
    ("authorizationProviders/a/authorizations/b", {"authorizationType": "OAuth2"}),
)
PARENT_NAMES = {path.split("/")[-2]: path.rpartition("/")[2] for path, _ in PARENTS} | {"notifications": "BCC"}
LINKS = {kind.type: kind for kind in ALL_KINDS if kind.link or "GET" not in kind.verbs}
WRITABLE = [kind for kind in ALL_KINDS if "PUT" in kind.verbs and kind.type not in LINKS]
RESET = {"templates"}  # a DELETE brings the default back


def plain(kind: Kind) -> str:
    return kind.type.removeprefix("workspaces/")


def minimal(shape: Shape) -> dict[str, Any]:
    """The smallest valid value of an object."""
    return {
        key: sample(member, member.wraps)
        for key, member in shape.members.items()
        if "required" in member.words and "read-only" not in member.words
    }


def sample(shape: Shape, wraps: tuple[str, ...]) -> Any:
    if wraps:
        inner = sample(shape, wraps[:-1])
        return [inner] if wraps[-1] == "[]" else {"x": inner}
    simple: dict[str, Any] = {"integer": 200, "number": 1.5, "boolean": True, "any": {"x": 1}, "map": {}}
    if shape.base in simple:
        return simple[shape.base]
    return minimal(shape) if shape.base == "object" else (shape.examples or ("x" * max(1, shape.length[0]),))[0]


def body_of(kind: Kind) -> dict[str, Any]:
    body = minimal(shape_of(kind.type, NAMES.get(plain(kind), "")))
    if "loggerId" in body:
        body["loggerId"] = "/loggers/l"
    return {**body, **GIVEN.get(plain(kind), GIVEN.get(plain(kind).lower(), {}))}


def path_of(kind: Kind) -> str:
    """The path of a resource of the kind, below parents that are there."""
    *parents, last = plain(kind).split("/")
    names = {**PARENT_NAMES}
    above = "".join(f"/{part}/{names[part]}" for part in parents)
    name = NAMES.get(plain(kind)) or {"policies": "policy", "wikis": "default"}.get(last, "x1")
    scope = "/workspaces/space" if kind.type.startswith("workspaces/") else ""
    return f"{scope}{above}/{last}/{name}"


def path_of_link(kind: Kind) -> str:
    """The path of a link of the kind, between what is there."""
    *parents, last = plain(kind).split("/")
    name = NAMES.get(plain(kind)) or {"apis": "pets", "groups": "g", "users": "1", "tags": "t"}[last]
    scope = "/workspaces/space" if kind.type.startswith("workspaces/") else ""
    return scope + "".join(f"/{part}/{PARENT_NAMES[part]}" for part in parents) + f"/{last}/{name}"


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(lro_polls=0) as azure:
        yield azure


@pytest.fixture(scope="module")
def everywhere(emulator: Emulator) -> str:
    return emulator.url


@pytest.fixture
def full(everywhere: str, client: Callable[[str], Any]) -> Any:
    """A client of an instance with every parent, at the instance and in the workspace `space`."""
    arm = client(everywhere)
    if arm("GET", "").status != 200:
        arm.ready()
        arm.put("/workspaces/space", displayName="Space")
        for scope in ("", "/workspaces/space"):
            for path, props in PARENTS:
                if not scope or f"workspaces/{'/'.join(path.split('/')[::2])}".lower() in KINDS:
                    own = {"path": "space"} if scope and path == "apis/pets" else {}
                    assert arm.put(f"{scope}/{path}", **{**props, **own}).status in (200, 201), path
        arm.put("/workspaces/space/notifications/BCC")
    return arm


every_kind = pytest.mark.parametrize("kind", WRITABLE, ids=lambda kind: kind.type)


@every_kind
def test_a_resource_lives_and_dies(full: Any, kind: Kind) -> None:
    path, body = path_of(kind), body_of(kind)
    made = full.put(path, **body, somethingNew={"x": [1, None]})
    assert made.status in (200, kind.created), made
    policy = "policies" in path.split("/")[-2].lower() and kind.type.rpartition("/")[2] != "accessPolicies"
    found = full("GET", path)
    assert found.status == 200
    if not policy:
        assert found.props["somethingNew"] == {"x": [1, None]}
        hidden = {*kind.hidden, "format", "data"}
        skipped = {
            "loggerId",
            "scope",
            "apiId",
            "certificateId",
            "groupId",
            "operationId",
            "productId",
            "value",
            "oauth2",
            "connectionString",
        }
        for key in body.keys() - hidden - skipped - {"displayName"}:
            assert (key, found.props.get(key)) == (key, body[key]) or isinstance(body[key], list | dict)
    assert path.rpartition("/")[2] in full("GET", path.rpartition("/")[0]).names
    if "HEAD" in kind.verbs and kind.etag:
        assert full("HEAD", path).headers["etag"] == found.headers["etag"]
    if "DELETE" in kind.verbs and plain(kind) not in RESET:
        assert full("DELETE", f"{path}?deleteSubscriptions=true").status in (200, 202)
        assert full("GET", path).status == 404
        assert path.rpartition("/")[2] not in full("GET", path.rpartition("/")[0]).names


@every_kind
def test_the_etag_changes_with_the_content_only(full: Any, kind: Kind) -> None:
    if not kind.etag:
        return
    path, body = path_of(kind), body_of(kind)
    tags = []
    for props in (body, body, changed(body)):
        assert full.put(path, **props).status in (200, 201)
        tags.append(full("GET", path).headers["etag"])
    assert tags[0] == tags[1]
    assert tags[1] != tags[2]
    full("DELETE", f"{path}?deleteSubscriptions=true")


def changed(body: dict[str, Any]) -> dict[str, Any]:
    if isinstance(body.get("value"), str) and "<" in body["value"]:
        return {**body, "value": body["value"].replace("<base />", "<!-- changed --><base />")}
    return {**copy.deepcopy(body), "somethingElse": True}


def refusals() -> Iterator[Any]:
    for kind in WRITABLE:
        shape = shape_of(kind.type, NAMES.get(plain(kind), ""))
        for key, member in shape.members.items():
            if "read-only" in member.words:
                continue
            bad: list[Any] = [None] if "required" in member.words and key not in kind.optional else []
            bad += [1.5, [{}]] if member.base == "string" and not member.wraps else []
            bad += ["text"] if member.base in ("object", "map", "integer", "boolean") or member.wraps else []
            bad += ["x" * int(member.length[1] + 1)] if member.length[1] < 9999 and not member.wraps else []
            bad += ["unheardOf"] if member.values and not member.wraps else []
            bad += [["unheardOf"]] if member.values and member.wraps == ("[]",) else []
            for value in bad:
                yield pytest.param(kind, key, value, id=f"{kind.type}-{key}-{str(value)[:9]}")


@pytest.mark.parametrize(("kind", "key", "value"), [*refusals()])
def test_what_the_specification_forbids_is_refused(full: Any, kind: Kind, key: str, value: Any) -> None:
    body = body_of(kind)
    path = path_of(kind) if "policies" in path_of(kind) else path_of(kind).replace("/x1", "/x2")
    refused = full.put(path, **{**body, key: value})
    assert (refused.status, refused.code) == (400, "ValidationError"), refused
    # The target is the property, or in it; a policy document is called its representation.
    targets = {target.partition("[")[0].partition(".")[0] for target in refused.targets}
    assert key in targets or (key == "value" and "representation" in targets)


@every_kind
def test_only_the_service_writes_what_is_read_only(full: Any, kind: Kind) -> None:
    shape = shape_of(kind.type)
    read_only = {key: "mine" for key, member in shape.members.items() if "read-only" in member.words}
    path = path_of(kind)
    made = full.put(path, **body_of(kind), **read_only)
    assert made.status in (200, kind.created), made
    found = full("GET", path).props
    assert [key for key in read_only if found.get(key) == "mine"] == []
    if "PATCH" in kind.verbs:
        assert full("PATCH", path, {"properties": read_only}, If_Match="*").status == kind.patched
        assert [key for key in read_only if full("GET", path).props.get(key) == "mine"] == []
    full("DELETE", f"{path}?deleteSubscriptions=true")


def secrets() -> Iterator[Any]:
    for kind in WRITABLE:
        for dotted in kind.hidden:
            yield pytest.param(kind, dotted, id=f"{kind.type}-{dotted}")


@pytest.mark.parametrize(("kind", "dotted"), [*secrets()])
def test_secrets_never_come_back(full: Any, kind: Kind, dotted: str) -> None:
    top, _, below = dotted.partition(".")
    if dotted in ("format", "value", "wsdlSelector", "apiType", "translateRequiredQueryParameters"):
        return  # of an import
    path = path_of(kind)
    secret = "sentSecret"
    path = path.replace("signup", "delegation") if dotted == "validationKey" else path
    body = {**minimal(shape_of(kind.type)), **body_of(kind), top: {below: secret} if below else secret}
    body = {key: value for key, value in body.items() if value != secret or shape_of(kind.type).members.get(top)}
    made = full.put(path, **body)
    assert made.status in (200, kind.created), made
    assert secret not in str(full("GET", path).body)
    assert secret not in str(full("GET", path.rpartition("/")[0]).body)
    full("DELETE", path)


@pytest.mark.parametrize("kind", [*WRITABLE, *LINKS.values()], ids=lambda kind: kind.type)
def test_every_status_is_one_that_the_official_sdk_takes(full: Any, kind: Kind) -> None:
    path, body = (path_of_link(kind), {}) if kind.type in LINKS else (path_of(kind), body_of(kind))
    for method in ("DELETE", "PUT", "PUT", "PATCH", "HEAD", "GET", "DELETE", "DELETE"):
        if (method, kind.type) in by_type():
            props = {"properties": changed(body) if method == "PATCH" else body} if method[0] == "P" else None
            status = full(method, f"{path}?deleteSubscriptions=true", props).status
            assert status in by_type()[method, kind.type], method


LINK_CASES = [kind for kind in ALL_KINDS if kind.type in LINKS]


@pytest.mark.parametrize("kind", LINK_CASES, ids=lambda kind: kind.type)
def test_a_link_lives_and_dies(full: Any, kind: Kind) -> None:
    path = path_of_link(kind)
    name = path.rpartition("/")[2]
    full("DELETE", path)
    assert full("HEAD", path).status == 404
    assert [full("PUT", path).status for _ in range(2)] == [201, 200]
    assert full("HEAD", path).status == (kind.found or (200 if "GET" in kind.verbs else 204))
    assert full("GET", path).status == (200 if "GET" in kind.verbs else 405)
    assert name in full("GET", path.rpartition("/")[0]).names
    assert full("DELETE", path).status == 200
    assert name not in full("GET", path.rpartition("/")[0]).names


def test_every_type_of_the_specification_has_a_kind() -> None:
    assert {name.partition("=")[0].lower() for name in SHAPES if name[0] != "@"} <= KINDS.keys()
