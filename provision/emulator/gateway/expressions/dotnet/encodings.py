"""Encoding, WebUtility."""

from __future__ import annotations

import codecs
import html
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import quote_plus, unquote_to_bytes

from provision.emulator.gateway.expressions.errors import bad_argument, null_argument, out_of_range
from provision.emulator.gateway.expressions.signatures import family
from provision.emulator.gateway.expressions.values import Net, TypeRef

if TYPE_CHECKING:
    from collections.abc import Callable

    from provision.emulator.gateway.expressions.runtime import Runtime

ENCODINGS = MappingProxyType(
    {"UTF8": "utf-8", "ASCII": "us-ascii", "Unicode": "utf-16", "BigEndianUnicode": "utf-16be", "UTF32": "utf-32",
     "Latin1": "iso-8859-1", "Default": "utf-8"}
)  # fmt: skip


PYTHON = MappingProxyType({"utf-16": "utf-16-le", "utf-32": "utf-32-le", "utf-16be": "utf-16-be"})


KNOWN = frozenset({*ENCODINGS.values(), "windows-1252", "iso-8859-15", "ascii", "latin1", "utf-16le", "utf-7"})


@dataclass(frozen=True, slots=True)
class Encoding(Net):
    """A way to write text as bytes."""

    name: str

    @property
    def type(self) -> TypeRef:
        """Encoding."""
        return TypeRef("Encoding")

    def encode(self, text: str) -> bytes:
        """Write; what it has no bytes for is a question mark."""
        return text.encode(PYTHON.get(self.name, self.name), "replace")

    def decode(self, data: bytes | bytearray) -> str:
        """Read; what it can't read is U+FFFD, in ASCII a question mark."""
        text = bytes(data).decode(PYTHON.get(self.name, self.name), "replace")
        return text.replace("\ufffd", "?") if self.name == "us-ascii" else text


def _get_bytes(rt: Runtime, encoding: Encoding, text: str | None) -> bytearray:
    if text is None:
        raise null_argument("s")
    found = bytearray(encoding.encode(text))
    rt.spend(len(found))
    return found


def _get_string(
    rt: Runtime, encoding: Encoding, data: bytearray | None, start: int = 0, count: int | None = None
) -> str:
    if data is None:
        raise null_argument("bytes")
    if start < 0 or start + (count or 0) > len(data):
        raise out_of_range("index")
    rt.spend(len(data))
    return encoding.decode(data[start : None if count is None else start + count])


def _named(name: str) -> Encoding:
    if name.lower() not in KNOWN:
        raise bad_argument(f"'{name}' is not a supported encoding name.", "name")
    return Encoding(codecs.lookup(name).name)


def _constant(name: str) -> Callable[[], Encoding]:
    return lambda: Encoding(name)


ENCODING = family(
    "System.Text.Encoding",
    {
        **{f"static Encoding {name}": _constant(python) for name, python in ENCODINGS.items()},
        "static Encoding GetEncoding(string name)": _named,
        "byte[] GetBytes(string s)": _get_bytes,
        "byte[] GetBytes(char[] chars)": lambda rt, one, characters: _get_bytes(rt, one, "".join(characters.items)),
        "string GetString(byte[] bytes)": _get_string,
        "string GetString(byte[] bytes, int index, int count)": _get_string,
        "int GetByteCount(string s)": lambda one, text: len(one.encode(text)),
        "string WebName": lambda one: one.name,
        "string EncodingName": lambda one: one.name,
    },
    classes=(Encoding,),
)


ENCODERS = tuple(
    family(
        f"System.Text.{name}Encoding",
        {"new()": _constant(ENCODINGS[name]), "new(bool x)": lambda _, n=name: Encoding(ENCODINGS[n])},
    )
    for name in ("UTF8", "ASCII", "Unicode")
)


SAFE = "-_.!*()"  # what UrlEncode keeps


def _url_decode(text: str | None) -> str | None:
    return None if text is None else unquote_to_bytes(text.replace("+", " ")).decode("utf-8", "replace")


def _html_encode(text: str | None) -> str | None:
    return None if text is None else html.escape(text).replace("&#x27;", "&#39;")


WEB = family(
    "System.Net.WebUtility",
    {
        "static string UrlEncode(string value)": lambda text: (
            None if text is None else quote_plus(text, SAFE, errors="replace").replace("~", "%7E")
        ),
        "static string UrlDecode(string value)": _url_decode,
        "static string HtmlEncode(string value)": _html_encode,
        "static string HtmlDecode(string value)": lambda text: None if text is None else html.unescape(text),
    },
)
FAMILIES = (ENCODING, *ENCODERS, WEB)
