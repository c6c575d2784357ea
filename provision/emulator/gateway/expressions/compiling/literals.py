"""Literals: numbers, characters, strings of every kind."""

from __future__ import annotations

import re
import sys
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.conversions import fits
from provision.emulator.gateway.expressions.decimals import fitted
from provision.emulator.gateway.expressions.doubles import to_single
from provision.emulator.gateway.expressions.errors import Refused
from provision.emulator.gateway.expressions.values import Char, Int64, Single, UInt32, UInt64

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from provision.emulator.gateway.expressions.compiling.build import Builder
    from provision.emulator.gateway.expressions.scope import Code

ESCAPES = MappingProxyType(
    {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "\\": "\\", '"': '"',
     "'": "'", "e": "\x1b"}
)  # fmt: skip
ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|x([0-9A-Fa-f]{1,4})|(.))", re.DOTALL)
SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]")
PREFIXES = MappingProxyType({"0x": 16, "0b": 2})
WHOLE = MappingProxyType(
    {"": (int, UInt32, Int64, UInt64), "u": (UInt32, UInt64), "l": (Int64, UInt64), "ul": (UInt64,)}
)
REAL = MappingProxyType({"m": Decimal, "f": Single, "d": float})
MAX_DIGITS = 400


def unescaped(text: str) -> str:
    """Return what a string's text means."""

    def one(found: re.Match[str]) -> str:
        code = found[1] or found[2] or found[3]
        if code:
            number = int(code, 16)
            if number > sys.maxunicode:
                raise Refused("Unrecognized escape sequence")
            return chr(number)
        if found[4] not in ESCAPES:
            raise Refused("Unrecognized escape sequence")
        return ESCAPES[found[4]]

    plain = ESCAPE.sub(one, text)
    return SURROGATES.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), plain)


def whole_number(text: str) -> Any:
    """Return what an integer literal means."""
    text = text.replace("_", "").lower()
    digits = text.rstrip("ul")
    suffix = "".join(sorted(text[len(digits) :], reverse=True))
    base = PREFIXES.get(digits[:2], 10)
    value = int(digits[2:] if digits[:2] in PREFIXES else digits, base) if len(digits) < MAX_DIGITS else 1 << 64
    for kind in WHOLE.get(suffix, ()):
        if fits(value, kind):
            return value if kind is int else kind(value)
    raise Refused("Integral constant is too large")


def real_number(text: str) -> Any:
    """Return what a literal with a point, an exponent or a suffix means."""
    text = text.replace("_", "").lower()
    kind = REAL.get(text[-1])
    digits = text[:-1] if kind else text
    if len(digits) > MAX_DIGITS:
        raise Refused("Floating-point constant is outside the range")
    if kind is Decimal:
        return fitted(Decimal(digits))
    value = float(digits)
    return Single(to_single(value)) if kind is Single else value


def string(node: Node, text: str) -> str:
    """Return what a string literal means."""
    if node.type == "verbatim_string_literal":
        return sys.intern(text[2:-1].replace('""', '"'))
    if node.type == "raw_string_literal":
        quotes = len(text) - len(text.lstrip('"'))
        return sys.intern(text[quotes:-quotes])
    return sys.intern(unescaped(text.removesuffix("u8")[1:-1]))


def _constant(read: Callable[[Node, str], Any]) -> Callable[[Builder, Node], Code]:
    def build(builder: Builder, node: Node) -> Code:
        value = read(node, builder.source.original(node))
        return lambda _: value

    return build


def _character(_: Node, text: str) -> Char:
    text = unescaped(text[1:-1])
    if len(text) != 1:
        raise Refused("Too many characters in character literal")
    return Char(text)


LITERALS: MappingProxyType[str, Callable[[Builder, Node], Code]] = MappingProxyType(
    {
        "integer_literal": _constant(lambda _, text: whole_number(text)),
        "real_literal": _constant(lambda _, text: real_number(text)),
        "boolean_literal": _constant(lambda _, text: text == "true"),
        "null_literal": _constant(lambda _, __: None),
        "character_literal": _constant(_character),
        "string_literal": _constant(string),
        "verbatim_string_literal": _constant(string),
        "raw_string_literal": _constant(string),
    }
)
