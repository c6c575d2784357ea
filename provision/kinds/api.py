"""APIs."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, StringConstraints

from provision.address import Address
from provision.kinds.kind import Claim, Finding, Kind, Properties, Sdk, Shape
from provision.kinds.model import VARIABLE, AnyOrder, Default, DisplayName, Fixed, Flag, Folded, Mirrored, Model, named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Sending = Annotated[list[Annotated[Literal["authorizationHeader", "query"], VARIABLE]] | None, AnyOrder()]


class OAuth2(Model):
    """An OAuth 2.0 server that the developer portal uses for this API."""

    authorization_server_id: str | None = None
    scope: str | None = None


class OpenId(Model):
    """An OpenID Connect provider that the developer portal uses for this API."""

    openid_provider_id: str | None = None
    bearer_token_sending_methods: Sending = None


class AuthenticationSettings(Model):
    """How the developer portal's console authenticates callers of this API."""

    o_auth2: Annotated[OAuth2 | None, Field(alias="oAuth2"), Mirrored()] = None
    openid: Annotated[OpenId | None, Mirrored()] = None
    o_auth2_authentication_settings: Annotated[list[OAuth2] | None, Field(alias="oAuth2AuthenticationSettings")] = None
    openid_authentication_settings: list[OpenId] | None = None


class KeyNames(Model):
    """Where a caller puts the subscription key."""

    header: Annotated[str | None, Default("Ocp-Apim-Subscription-Key")] = None
    query: Annotated[str | None, Default("subscription-key")] = None


class Contact(Model):
    """Who answers for the API."""

    name: str | None = None
    url: str | None = None
    email: str | None = None


class License(Model):
    """The licence of the API."""

    name: str | None = None
    url: str | None = None


def _protocols(siblings: Mapping[str, Any]) -> tuple[str, ...]:
    """What an API that says no protocols speaks. Of websocket APIs that is a guess [?], and so it is sent too."""
    return ("wss",) if siblings.get("type") == "websocket" else ("https",)


class Api(Model):
    """An API: a path of the gateway, and the backend behind it."""

    display_name: DisplayName
    description: str | None = None
    path: Annotated[str, StringConstraints(max_length=400)]
    service_url: Annotated[str | None, StringConstraints(max_length=2000)] = None
    protocols: Annotated[
        list[Annotated[Literal["http", "https", "ws", "wss"], VARIABLE]] | None, AnyOrder(), Default(_protocols)
    ] = None
    type: Annotated[
        Annotated[Literal["http", "soap", "websocket", "graphql", "odata", "grpc"], VARIABLE] | None,
        Default("http"),
        Fixed("an API's type is fixed when it is created"),
    ] = None
    subscription_required: Annotated[Flag | None, Default(True)] = None
    subscription_key_parameter_names: KeyNames | None = None
    authentication_settings: AuthenticationSettings | None = None
    api_version: Annotated[str | None, StringConstraints(max_length=100)] = None
    api_version_set_id: Annotated[str | None, Folded(), Fixed("an API can't move to another version set")] = None
    api_version_description: Annotated[str | None, StringConstraints(max_length=256)] = None
    api_revision_description: Annotated[str | None, StringConstraints(max_length=256)] = None
    terms_of_service_url: str | None = None
    contact: Contact | None = None
    license: License | None = None


def _settings(settings: Properties | None) -> Properties | None:
    """The lists only: beside them the service repeats their first entries. Azure/arm-template-whatif#440."""
    if not settings:
        return settings
    result: Properties = {}
    for single, several in (("oAuth2", "oAuth2AuthenticationSettings"), ("openid", "openidAuthenticationSettings")):
        entries: list[Any] = settings.get(several) or ([settings[single]] if settings.get(single) else [])
        if entries:
            result[several] = entries
    return result


def _version_set(value: str | None) -> str | None:
    """Only the part below the instance: the short form goes in, a full id comes back."""
    address = Address.from_arm_id(value) if value and value.lower().startswith("/subscriptions/") else None
    return address.text if address else value and value.strip("/")


def _normal(properties: Properties) -> Properties:
    result = {**properties, "path": (properties.get("path") or "").strip("/")}
    if "authenticationSettings" in properties:
        result["authenticationSettings"] = _settings(properties["authenticationSettings"])
    if properties.get("apiVersionSetId"):
        result["apiVersionSetId"] = _version_set(properties["apiVersionSetId"])
    if properties.get("apiType") and not properties.get("type"):
        result["type"] = properties["apiType"]
    return result


def _to_wire(properties: Properties) -> Properties:
    """`type` is what reads carry, `apiType` what writes are specified to carry: recorded clients send `type`."""
    result = {**properties, "path": properties["path"].strip("/")}
    if properties.get("authenticationSettings"):
        result["authenticationSettings"] = _settings(properties["authenticationSettings"])
    if properties.get("type") == "websocket" and not properties.get("protocols"):
        result["protocols"] = list(_protocols(properties))
    version_set = properties.get("apiVersionSetId")
    if version_set and "/" not in version_set:
        result["apiVersionSetId"] = f"/apiVersionSets/{version_set}"  # as ARM writes it
    return {**result, "apiType": properties["type"]} if properties.get("type") else result


def _check(properties: Properties) -> Iterator[Finding]:
    version, version_set = properties.get("apiVersion"), properties.get("apiVersionSetId")
    if version and not version_set:
        why = "a version is one of a version set"
        fix = "name the version set, or remove apiVersion"
        yield Finding(("apiVersion",), "apiVersion needs apiVersionSetId", why, fix, ("apiVersionSetId",))
    url = properties.get("serviceUrl")
    if url and "://" not in url:
        fix = f"https://{url.lstrip('/')}"
        yield Finding(("serviceUrl",), f"'{url}' is no URL", "the gateway needs its scheme", f"write {fix}")


def _claims(properties: Properties) -> Iterator[Claim]:
    normal = _normal(properties)
    value = (normal["path"].lower(), (normal.get("apiVersionSetId") or "").lower(), normal.get("apiVersion") or "")
    told = tuple(part for part in value if part) or ("",)
    yield Claim("path", told, ("path",), ("apiVersionSetId", "apiVersion"))


API = Kind(
    type="apis",
    title="API",
    authority="https://learn.microsoft.com/rest/api/apimanagement/apis/create-or-update",
    key="apis",
    shape=Shape.MAP,
    model=Api,
    name=named(r"^[^*#&+:<>?/%\\;]+$", 256),
    read_only=frozenset(
        {"isCurrent", "isOnline", "apiRevision", "apiVersionSet", "effectivePath", "specificationLastUpdated"}
        | {"provisioningState", "createdDateTime", "updatedDateTime", "isAgent", "apiType"}
    ),
    factory=frozenset({"echo-api"}),
    in_new_instances=frozenset({"apis/echo-api"}),
    revision=";rev=",
    references=MappingProxyType({"apiVersionSetId": "apiVersionSets"}),
    has_subscribers=True,
    one_writer=True,  # Azure/apiops#379, #497, #667
    list_omits=frozenset({"apiVersionDescription", "apiRevisionDescription"}),
    sdk=Sdk(
        "api",
        list="list_by_service",
        put="begin_create_or_update",
        delete="begin_delete",
        on_delete={"delete_revisions": True},
    ),
    to_wire=_to_wire,
    normal=_normal,
    check=_check,
    claims=_claims,
)
