"""Uri, Guid, IPAddress."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urljoin, urlsplit

from provision.emulator.gateway.expressions.collected import NetArray
from provision.emulator.gateway.expressions.dotnet.splitting import needed
from provision.emulator.gateway.expressions.errors import Thrown, invalid_operation, null_argument
from provision.emulator.gateway.expressions.signatures import enumeration, family
from provision.emulator.gateway.expressions.values import STRING, EnumValue, Net, Ref

if TYPE_CHECKING:
    from collections.abc import Callable


PORTS = MappingProxyType({"http": 80, "https": 443, "ftp": 21, "ws": 80, "wss": 443})
ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
WEB = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
HOST = re.compile(r"[\w.-]+|\[[0-9A-Fa-f:.]+\]")
MAX_URI = 65_519
KEPT = "-_.~!*'();:@&=+$,/?#[]%"
KIND = enumeration("System.UriKind", "RelativeOrAbsolute", "Absolute", "Relative")
PARTIAL = enumeration("System.UriPartial", "Scheme", "Authority", "Path", "Query")


@dataclass(frozen=True, slots=True)
class Uri(Net):
    """An address, absolute or relative; `text` as it was written."""

    text: str
    absolute: bool
    scheme: str = ""
    host: str = ""
    port: int = -1
    path: str = ""
    query: str = ""
    fragment: str = ""
    user: str = ""

    def operate(self, _: str, __: Any) -> Any:
        """It has no operators but equality."""
        return NotImplemented

    @property
    def authority(self) -> str:
        """Host, and port unless it is the scheme's own."""
        return self.host if self.port in (-1, PORTS.get(self.scheme)) else f"{self.host}:{self.port}"

    @property
    def whole(self) -> str:
        """The absolute address, escaped."""
        self.needs_absolute()
        user = f"{self.user}@" if self.user else ""
        slashes = "//" if self.host or self.scheme in PORTS else ""
        return f"{self.scheme}:{slashes}{user}{self.authority}{self.path}{self.query}{self.fragment}"

    def needs_absolute(self) -> None:
        """Raise where it is relative."""
        if not self.absolute:
            raise invalid_operation("This operation is not supported for a relative URI.")

    def __str__(self) -> str:
        return unquote(self.whole, errors="replace") if self.absolute else self.text


def make(text: str | None, kind: EnumValue | None = None) -> Uri:
    """Read an address; raises what .NET throws."""
    if text is None:
        raise null_argument("uriString")
    relative = kind is not None and kind.name == "Relative"
    if not text.strip() and not (kind and kind.name != "Absolute"):
        raise _bad("Invalid URI: The URI is empty.")
    if len(text) > MAX_URI:
        raise _bad("Invalid URI: The Uri string is too long.")
    if relative or not ABSOLUTE.match(text.strip()):
        if kind is None or kind.name == "Absolute":
            raise _bad("Invalid URI: The format of the URI could not be determined.")
        return Uri(text, absolute=False)
    return _absolute(text.strip())


def _bad(message: str) -> Thrown:
    return Thrown("UriFormatException", message)


def _absolute(text: str) -> Uri:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _bad("Invalid URI: Invalid port specified.") from None
    host = parts.netloc.rpartition("@")[2]
    host = host.rpartition(":")[0] if re.search(r":\d*$", host) else host
    if WEB.match(text) and (parts.scheme in PORTS) and not HOST.fullmatch(host):
        raise _bad("Invalid URI: The hostname could not be parsed.")
    known = PORTS.get(parts.scheme, -1)
    path = quote(parts.path, KEPT, errors="replace") or ("/" if parts.scheme in PORTS else "")
    query = f"?{quote(parts.query, KEPT, errors='replace')}" if parts.query else ""
    fragment = f"#{quote(parts.fragment, KEPT, errors='replace')}" if parts.fragment else ""
    user = parts.netloc.rpartition("@")[0]
    return Uri(text, True, parts.scheme, host.lower(), port or known, path, query, fragment, user)


def _joined(base: Uri, other: Any) -> Uri:
    base.needs_absolute()
    text = other.text if isinstance(other, Uri) else other
    if text is None:
        raise null_argument("relativeUri")
    try:
        return _absolute(urljoin(base.whole, text))
    except ValueError:
        raise _bad("Invalid URI: The hostname could not be parsed.") from None


def _try_create(text: str | None, kind: EnumValue, result: Ref) -> bool:
    try:
        found = make(text, kind)
    except Thrown:
        result.store(None)
        return False
    result.store(found)
    return True


def _try_join(base: Uri | None, other: Any, result: Ref) -> bool:
    try:
        found = _joined(base, other) if base is not None else None
    except Thrown:
        found = None
    result.store(found)
    return found is not None


def _left(uri: Uri, part: EnumValue) -> str:
    uri.needs_absolute()
    scheme = f"{uri.scheme}://"
    return (scheme, scheme + uri.authority, scheme + uri.authority + uri.path,
            scheme + uri.authority + uri.path + uri.query)[part.number]  # fmt: skip


def _segments(uri: Uri) -> NetArray:
    uri.needs_absolute()
    return NetArray(STRING, re.findall(r"[^/]*/|[^/]+$", uri.path))


def _of(name: str) -> Callable[[Uri], Any]:
    def read(uri: Uri) -> Any:
        uri.needs_absolute()
        return getattr(uri, name)

    return read


def _escape_data(text: str | None) -> str:
    return quote(needed(text, "stringToEscape"), "-_.~", errors="replace")


def _well_formed(text: str | None, kind: EnumValue) -> bool:
    try:
        make(text, kind)
    except Thrown:
        return False
    return not re.search(r"[\s<>\"{}|\\^`]", text or "")


URI = family(
    "System.Uri",
    {
        "new(string uriString)": make,
        "new(string uriString, UriKind uriKind)": make,
        "new(Uri baseUri, string relativeUri)": _joined,
        "new(Uri baseUri, Uri relativeUri)": _joined,
        "string Scheme": _of("scheme"),
        "string Host": _of("host"),
        "string DnsSafeHost": _of("host"),
        "int Port": _of("port"),
        "string Authority": _of("authority"),
        "string AbsolutePath": _of("path"),
        "string LocalPath": lambda uri: unquote(_of("path")(uri)),
        "string AbsoluteUri": _of("whole"),
        "string PathAndQuery": lambda uri: _of("path")(uri) + uri.query,
        "string Query": _of("query"),
        "string Fragment": _of("fragment"),
        "string UserInfo": _of("user"),
        "string OriginalString": lambda uri: uri.text,
        "string[] Segments": _segments,
        "bool IsAbsoluteUri": lambda uri: uri.absolute,
        "bool IsDefaultPort": lambda uri: uri.port == PORTS.get(uri.scheme, -1),
        "bool IsLoopback": lambda uri: uri.host in ("localhost", "127.0.0.1", "[::1]"),
        "bool IsFile": lambda uri: uri.scheme == "file",
        "string GetLeftPart(UriPartial part)": _left,
        "static string EscapeDataString(string stringToEscape)": _escape_data,
        "static string UnescapeDataString(string stringToUnescape)": lambda text: unquote(
            needed(text, "value"), errors="replace"
        ),
        "static string EscapeUriString(string stringToEscape)": lambda text: quote(
            needed(text, "value"), KEPT, errors="replace"
        ),
        "static bool IsWellFormedUriString(string uriString, UriKind uriKind)": _well_formed,
        "static bool TryCreate(string uriString, UriKind uriKind, out Uri result)": _try_create,
        "static bool TryCreate(Uri baseUri, string relativeUri, out Uri result)": _try_join,
        "static string UriSchemeHttp": lambda: "http",
        "static string UriSchemeHttps": lambda: "https",
        "static string SchemeDelimiter": lambda: "://",
    },
    classes=(Uri,),
)


FAMILIES = (URI, KIND, PARTIAL)
