"""APIs."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from provision.kinds.facts import AnyOrder, Default, Fixed, LeftOut, Limits, Mirrored, ReadOnly, Ref, Required
from provision.kinds.kind import EVERYWHERE, Claim, Finding, Kind, Names, Properties, Revisions
from provision.kinds.references import comparable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

VERSION_SET: Final = Ref(("apiVersionSets",))
_SENDING = (AnyOrder(), Limits(words=("authorizationHeader", "query")))
_OF_DOCUMENTS = LeftOut("documents come with openapi, graphql, wsdl or grpc")

_ECHO: Final = MappingProxyType(
    {"displayName": "Echo API", "path": "echo", "serviceUrl": "http://echoapi.cloudapp.net/api"}
)


def _protocols(siblings: Mapping[str, Any]) -> tuple[str, ...]:
    """What an API that says no protocols speaks. Of websocket APIs that is a guess [?], and so it is sent too."""
    return ("wss",) if siblings.get("type") == "websocket" else ("https",)


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


def _normal(properties: Properties) -> Properties:
    result = {**properties, "path": (properties.get("path") or "").strip("/")}
    if "authenticationSettings" in properties:
        result["authenticationSettings"] = _settings(properties["authenticationSettings"])
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
    return {**result, "apiType": properties["type"]} if properties.get("type") else result


def _check(properties: Properties) -> Iterator[Finding]:
    version, version_set = properties.get("apiVersion"), properties.get("apiVersionSetId")
    if version and not version_set:
        why = "a version is one of a version set"
        fix = "name the version set, or remove apiVersion"
        yield Finding(("apiVersion",), "apiVersion needs apiVersionSetId", why, fix, ("apiVersionSetId",))
    yield from _check_protocols(properties)
    url = properties.get("serviceUrl")
    if url and "://" not in url:
        fix = f"https://{url.lstrip('/')}"
        yield Finding(("serviceUrl",), f"'{url}' is no URL", "the gateway needs its scheme", f"write {fix}")


def _check_protocols(properties: Properties) -> Iterator[Finding]:
    """Websocket APIs, and they alone, speak ws and wss. learn.microsoft.com/azure/api-management/websocket-api."""
    socket = properties.get("type") == "websocket"
    speaks = ("ws", "wss") if socket else ("http", "https")
    for index, protocol in enumerate(properties.get("protocols") or ()):
        if protocol not in speaks:
            why = f"an API of type {properties.get('type') or 'http'} speaks {' and '.join(speaks)}"
            what = f"protocols can't hold {protocol}"
            yield Finding(("protocols", index), what, why, f"write {speaks[1]}", ("type",))
    url = properties.get("serviceUrl")
    if socket and url and "://" in url and url.partition("://")[0] not in speaks:
        why = "the backend of a websocket API is reached by ws or wss"
        yield Finding(
            ("serviceUrl",), f"'{url}' is no websocket", why, f"write wss://{url.partition('://')[2]}", ("type",)
        )


def _claims(properties: Properties) -> Iterator[Claim]:
    normal = _normal(properties)
    version_set = comparable(VERSION_SET, normal.get("apiVersionSetId") or "")
    value = (normal["path"].lower(), version_set, normal.get("apiVersion") or "")
    told = tuple(part for part in value if part) or ("",)
    yield Claim("path", told, ("path",), ("apiVersionSetId", "apiVersion"))


API = Kind(
    type="apis",
    title="API",
    about="An API: a path of the gateway, and the backend behind it.",
    authority="https://learn.microsoft.com/rest/api/apimanagement/apis/create-or-update",
    key="apis",
    where=EVERYWHERE,
    names=Names(r"^[^*#&+:<>?/%\\;]+$"),
    facts=MappingProxyType(
        {
            "displayName": Required(),
            "path": Limits(longest=400),
            "protocols": (AnyOrder(), Default(_protocols)),
            "type": (Default("http"), Fixed("an API's type is fixed when it is created")),
            "subscriptionRequired": Default(True),
            "subscriptionKeyParameterNames.header": Default("Ocp-Apim-Subscription-Key"),
            "subscriptionKeyParameterNames.query": Default("subscription-key"),
            "authenticationSettings.oAuth2": Mirrored(),
            "authenticationSettings.openid": Mirrored(),
            "**.bearerTokenSendingMethods": _SENDING,
            # ARM specifies the bare identifier there.
            "**.authorizationServerId": Ref(("authorizationServers",), bare=True),
            "**.openidProviderId": Ref(("openidConnectProviders",), bare=True),
            "apiVersionSetId": (VERSION_SET, Fixed("an API can't move to another version set")),
            "apiRevision": ReadOnly(),
            "isCurrent": ReadOnly(),
            "apiVersionSet": ReadOnly(),
            "apiType": ReadOnly(),
            "sourceApiId": LeftOut("it matters only while an API is created as a copy of another"),
            "format": _OF_DOCUMENTS,
            "value": _OF_DOCUMENTS,
            "wsdlSelector": _OF_DOCUMENTS,
            "translateRequiredQueryParameters": _OF_DOCUMENTS,
        }
    ),
    returned=frozenset({"effectivePath", "specificationLastUpdated", "createdDateTime", "updatedDateTime", "isAgent"}),
    factory=frozenset({"echo-api"}),
    in_new_instances=frozenset({"apis/echo-api"}),
    made=MappingProxyType({"apis/echo-api": _ECHO}),  # recorded
    file="api.yaml",
    revision=";rev=",
    revisions=Revisions("apiRevision", "sourceApiId", "isCurrent"),
    has_subscribers=True,
    one_writer=True,  # Azure/apiops#379, #497, #667
    list_omits=frozenset({"apiVersionDescription", "apiRevisionDescription"}),
    delete_options=MappingProxyType({"delete_revisions": True}),
    to_wire=_to_wire,
    normal=_normal,
    check=_check,
    claims=_claims,
)
