"""`context`: its members are those of the documentation, read from the plain data of the call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions import context as data
from provision.emulator.gateway.expressions.collected import NetDict, ReadOnly
from provision.emulator.gateway.expressions.dotnet.certificates import certificate_of
from provision.emulator.gateway.expressions.dotnet.identifiers import Guid
from provision.emulator.gateway.expressions.dotnet.messages import Url, body_of, headers_of, url_of
from provision.emulator.gateway.expressions.dotnet.variables import variables_of
from provision.emulator.gateway.expressions.errors import null_argument
from provision.emulator.gateway.expressions.signatures import enumeration, family
from provision.emulator.gateway.expressions.times import SECOND, DateTime, TimeSpan, from_python
from provision.emulator.gateway.expressions.values import STRING, EnumValue, TypeRef, to_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from provision.emulator.gateway.expressions.runtime import Runtime

STATES = ("NotPublished", "Published")


def _of(name: str) -> Callable[[Any], Any]:
    return lambda one: getattr(one, name)


def _date(name: str) -> Callable[[Any], DateTime | None]:
    def read(one: Any) -> DateTime | None:
        found: datetime | None = getattr(one, name)
        return None if found is None else from_python(found)

    return read


def _many(name: str, kind: str) -> Callable[[Any], ReadOnly]:
    return lambda one: ReadOnly(TypeRef(kind), list(getattr(one, name)))


def _texts(name: str) -> Callable[[Any], ReadOnly]:
    return lambda one: ReadOnly(STRING, list(getattr(one, name)))


def _trace(rt: Runtime, context: data.Context, message: Any) -> None:
    if message is None:
        raise null_argument("message")
    rt.spend(len(to_text(message)))
    context.trace(to_text(message))


def _elapsed(context: data.Context) -> TimeSpan:
    return TimeSpan(int(context.elapsed().total_seconds() * SECOND))


def _matched(request: data.Request) -> NetDict:
    made = NetDict(STRING, STRING)
    for name, value in request.matched_parameters.items():
        made.set(name, value)
    return made


def _certificates(deployment: data.Deployment) -> NetDict:
    made = NetDict(STRING, TypeRef("X509Certificate2"))
    for name, value in deployment.certificates.items():
        made.set(name, certificate_of(value))
    return made


def _state(product: data.Product) -> EnumValue:
    name = STATES[product.state.lower() != "notpublished"]
    return EnumValue("ProductState", name, STATES.index(name))


def _service_url(api: data.Api) -> Url | None:
    return url_of(api.service_url) if api.service_url else None


def _identity(*names: str) -> dict[str, Callable[..., Any]]:
    """Lines for members that are texts of the same name in snake case."""
    listed = {name: "".join(f"_{one.lower()}" if one.isupper() else one for one in name).lstrip("_") for name in names}
    return {f"string {name}": _of(python) for name, python in listed.items()}


CONTEXT = family(
    "Context",
    {
        "IApi Api": _of("api"),
        "IDeployment Deployment": _of("deployment"),
        "TimeSpan Elapsed": _elapsed,
        "ILastError LastError": _of("last_error"),
        "IOperation Operation": _of("operation"),
        "IProduct Product": _of("product"),
        "IRequest Request": _of("request"),
        "Guid RequestId": lambda context: Guid(context.request_id),
        "IResponse Response": _of("response"),
        "ISubscription Subscription": _of("subscription"),
        "DateTime Timestamp": lambda context: from_python(context.timestamp),
        "bool Tracing": _of("tracing"),
        "IUser User": _of("user"),
        "IReadOnlyDictionary Variables": variables_of,
        "IWorkspace Workspace": lambda context: getattr(context.api, "workspace", None),
        "void Trace(object message)": _trace,
    },
    classes=(data.Context,),
)
REQUEST = family(
    "IRequest",
    {
        "IMessageBody Body": body_of,
        "X509Certificate2 Certificate": lambda request: certificate_of(request.certificate),
        "IReadOnlyDictionary Headers": lambda request: headers_of(request.headers),
        "string IpAddress": _of("ip_address"),
        "IReadOnlyDictionary MatchedParameters": _matched,
        "string Method": _of("method"),
        "IUrl OriginalUrl": lambda request: url_of(request.original_url),
        "IUrl Url": lambda request: url_of(request.url),
        "IPrivateEndpointConnection PrivateEndpointConnection": lambda _: None,
    },
    classes=(data.Request,),
)
RESPONSE = family(
    "IResponse",
    {
        "IMessageBody Body": body_of,
        "IReadOnlyDictionary Headers": lambda response: headers_of(response.headers),
        "int StatusCode": _of("status_code"),
        "string StatusReason": _of("status_reason"),
    },
    classes=(data.Response,),
)
API = family(
    "IApi",
    {
        **_identity("Id", "Name", "Path", "Revision", "Version"),
        "bool IsCurrentRevision": _of("is_current_revision"),
        "IEnumerable Protocols": _texts("protocols"),
        "IUrl ServiceUrl": _service_url,
        "ISubscriptionKeyParameterNames SubscriptionKeyParameterNames": lambda api: KeyNames(
            api.key_header, api.key_query
        ),
        "IWorkspace Workspace": _of("workspace"),
    },
    classes=(data.Api,),
)


class KeyNames:
    """Where an API looks for a subscription's key."""

    __slots__ = ("header", "query")

    def __init__(self, header: str, query: str) -> None:
        self.header = header
        self.query = query


KEY_NAMES = family("ISubscriptionKeyParameterNames", _identity("Header", "Query"), classes=(KeyNames,))
OPERATION = family("IOperation", _identity("Id", "Method", "Name", "UrlTemplate"), classes=(data.Operation,))
PRODUCT = family(
    "IProduct",
    {
        **_identity("Id", "Name"),
        "bool ApprovalRequired": _of("approval_required"),
        "IEnumerable Apis": _many("apis", "IApi"),
        "IEnumerable Groups": _many("groups", "IGroup"),
        "ProductState State": _state,
        "int? SubscriptionLimit": _of("subscriptions_limit"),
        "int? SubscriptionsLimit": _of("subscriptions_limit"),
        "bool SubscriptionRequired": _of("subscription_required"),
        "IWorkspace Workspace": _of("workspace"),
    },
    classes=(data.Product,),
)
SUBSCRIPTION = family(
    "ISubscription",
    {
        **_identity("Id", "Key", "Name", "PrimaryKey", "SecondaryKey"),
        "DateTime CreatedDate": _date("created_date"),
        "DateTime CreatedTime": _date("created_date"),
        "DateTime? EndDate": _date("end_date"),
        "DateTime? StartDate": _date("start_date"),
    },
    classes=(data.Subscription,),
)
USER = family(
    "IUser",
    {
        **_identity("Email", "FirstName", "Id", "LastName", "Note"),
        "IEnumerable Groups": _many("groups", "IGroup"),
        "IEnumerable Identities": _many("identities", "IUserIdentity"),
        "DateTime RegistrationDate": _date("registration_date"),
    },
    classes=(data.User,),
)
DEPLOYMENT = family(
    "IDeployment",
    {
        **_identity("GatewayId", "Region", "ServiceId", "ServiceName"),
        "IGateway Gateway": lambda deployment: Gateway(deployment.gateway_id),
        "IReadOnlyDictionary Certificates": _certificates,
    },
    classes=(data.Deployment,),
)


class Gateway:
    """`context.Deployment.Gateway`."""

    __slots__ = ("id",)

    def __init__(self, gateway: str) -> None:
        self.id = gateway


GATEWAY = family(
    "IGateway",
    {
        "string Id": _of("id"),
        "string InstanceId": _of("id"),
        "bool IsManaged": lambda gateway: gateway.id == "managed",
    },
    classes=(Gateway,),
)
LAST_ERROR = family(
    "ILastError",
    _identity("Message", "Path", "PolicyId", "Reason", "Scope", "Section", "Source"),
    classes=(data.LastError,),
)
FAMILIES = (
    CONTEXT, REQUEST, RESPONSE, API, KEY_NAMES, OPERATION, PRODUCT, SUBSCRIPTION, USER, DEPLOYMENT, GATEWAY, LAST_ERROR,
    family("IGroup", _identity("Id", "Name"), classes=(data.Group,)),
    family("IUserIdentity", _identity("Id", "Provider"), classes=(data.Identity,)),
    family("IWorkspace", _identity("Id", "Name"), classes=(data.Workspace,)),
    enumeration("ProductState", *STATES),
)  # fmt: skip
