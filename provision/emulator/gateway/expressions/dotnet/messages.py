"""What requests and responses have: addresses, headers, bodies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit

from provision.emulator.gateway.expressions.collected import NetArray, NetDict, NetList, identity
from provision.emulator.gateway.expressions.dotnet.xmlediting import parse_document, parse_element
from provision.emulator.gateway.expressions.errors import Refused, Thrown, invalid_operation
from provision.emulator.gateway.expressions.jsontext import needs_array, needs_object, parse
from provision.emulator.gateway.expressions.signatures import family
from provision.emulator.gateway.expressions.values import STRING, Net, TypeRef

if TYPE_CHECKING:
    from collections.abc import Callable

    from provision.emulator.gateway.expressions import context as data
    from provision.emulator.gateway.expressions.runtime import Runtime

    Message = data.Request | data.Response

CHARSET = re.compile(r"charset\s*=\s*\"?([\w.:-]+)", re.IGNORECASE)
PORTS = MappingProxyType({"http": 80, "https": 443})
TEXTS = TypeRef("[]", (STRING,))
MAX_FIELDS = 10_000


def lower(key: Any) -> Any:
    """What makes names of headers and parameters equal."""
    return identity(key.lower() if isinstance(key, str) else key)


class Fields(NetDict):
    """Names, each with its values: headers, parameters of a query."""

    __slots__ = ()


def _joined(made: Fields, name: str, default: str | None = None) -> str | None:
    return ",".join(made.get(name).items) if made.has(name) else default


FIELDS = family(
    "Fields",
    {"string GetValueOrDefault(string name, string defaultValue=)": _joined},
    classes=(Fields,),
    bases=("Dictionary",),
)


def headers_of(headers: data.Headers) -> Fields:
    """Return headers."""
    made = Fields(STRING, TEXTS, lower)
    for name in headers:
        made.set(name, NetArray(STRING, headers.values(name)))
    return made


@dataclass(frozen=True, slots=True)
class Url(Net):
    """An IUrl."""

    text: str
    scheme: str
    host: str
    port: int
    path: str
    query: str

    @property
    def type(self) -> TypeRef:
        """IUrl."""
        return TypeRef("IUrl")

    def __str__(self) -> str:
        return self.text

    def parameters(self) -> Fields:
        """The query's parameters."""
        made = Fields(STRING, TEXTS, lower)
        for name, value in parse_qsl(self.query.removeprefix("?"), keep_blank_values=True, max_num_fields=MAX_FIELDS):
            made.set(name, NetArray(STRING, [*(made.get(name).items if made.has(name) else ()), value]))
        return made


def url_of(text: str) -> Url:
    """Take an address apart."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise Thrown("UriFormatException", "Invalid URI: The format of the URI could not be determined.") from None
    query = f"?{parts.query}" if parts.query else ""
    return Url(text, parts.scheme, parts.hostname or "", port or PORTS.get(parts.scheme, -1), parts.path, query)


URL = family(
    "IUrl",
    {
        "string Host": lambda url: url.host,
        "string Path": lambda url: url.path,
        "int Port": lambda url: url.port,
        "IReadOnlyDictionary Query": Url.parameters,
        "string QueryString": lambda url: url.query,
        "string Scheme": lambda url: url.scheme,
    },
    classes=(Url,),
)


@dataclass(frozen=True, slots=True, eq=False)
class Body(Net):
    """An IMessageBody."""

    message: Message

    @property
    def type(self) -> TypeRef:
        """IMessageBody."""
        return TypeRef("IMessageBody")


def body_of(message: Message) -> Body | None:
    """Return the body; None where there is none, or where it was read without being kept."""
    return None if message.body is None else Body(message)


def _content(rt: Runtime, body: Body, *, keep: bool) -> bytes:
    found = body.message.body
    if found is None:
        raise invalid_operation("The message body was read already; As<T>(preserveContent: true) keeps it.")
    rt.spend(len(found))
    if not keep:
        body.message.body = None
    return found


def _text(body: Body, content: bytes) -> str:
    named = CHARSET.search(body.message.headers.get("Content-Type") or "")
    try:
        return content.decode(named[1] if named else "utf-8-sig", "replace")
    except LookupError:
        return content.decode("utf-8", "replace")


READERS: MappingProxyType[str, Callable[[Runtime, str], Any]] = MappingProxyType(
    {
        "String": lambda _, text: text,
        "JToken": parse,
        "JObject": lambda rt, text: needs_object(parse(rt, text)),
        "JArray": lambda rt, text: needs_array(parse(rt, text)),
        "XDocument": parse_document,
        "XElement": parse_element,
        "XNode": parse_element,
    }
)


def _as(rt: Runtime, body: Body, keep: bool = False, *, types: tuple[TypeRef, ...]) -> Any:
    wanted = types[0]
    if wanted.name == "[]" and wanted.args[0].name == "Byte":
        return bytearray(_content(rt, body, keep=keep))
    read = READERS.get(wanted.name)
    if read is None:
        raise Refused(f"A body can't be read as '{wanted}'")
    return read(rt, _text(body, _content(rt, body, keep=keep)))


class Form(NetDict):
    """Fields of a form."""

    __slots__ = ()


def _form(rt: Runtime, body: Body, keep: bool = False) -> Form:
    made = Form(STRING, TypeRef("IList", (STRING,)))
    text = _text(body, _content(rt, body, keep=keep))
    for part in text.split("&")[:MAX_FIELDS] if text else ():
        name, _, value = part.partition("=")
        key = unquote_plus(name)
        made.set(key, NetList(STRING, [*(made.get(key).items if made.has(key) else ()), unquote_plus(value)]))
    return made


def _encoded(made: Form) -> str:
    return urlencode([(key, one) for key, values in made.found.values() for one in values.items])


BODY = family(
    "IMessageBody",
    {
        "T As<T>(bool preserveContent=)": _as,
        "IDictionary AsFormUrlEncodedContent(bool preserveContent=)": _form,
    },
    classes=(Body,),
)
FORM = family(
    "FormUrlEncodedContent",
    {"string ToQueryString()": _encoded, "string ToFormUrlEncodedContent()": _encoded},
    classes=(Form,),
    bases=("Dictionary",),
)
FAMILIES = (FIELDS, URL, BODY, FORM)
