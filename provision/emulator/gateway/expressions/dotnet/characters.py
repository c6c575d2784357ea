"""Char."""

from __future__ import annotations

import unicodedata
from types import MappingProxyType
from typing import TYPE_CHECKING

from provision.emulator.gateway.expressions.dotnet.comparing import upper
from provision.emulator.gateway.expressions.dotnet.splitting import WHITE
from provision.emulator.gateway.expressions.errors import bad_format, out_of_range
from provision.emulator.gateway.expressions.signatures import family
from provision.emulator.gateway.expressions.values import Char

if TYPE_CHECKING:
    from collections.abc import Callable

HEX = frozenset("0123456789abcdefABCDEF")
ASCII = 128


def _category(*wanted: str) -> Callable[..., bool]:
    def test(one: str, index: int | None = None) -> bool:
        if index is not None:
            if not 0 <= index < len(one):
                raise out_of_range("index")
            one = one[index]
        return unicodedata.category(one).startswith(wanted)

    return test


def _white(one: str, index: int | None = None) -> bool:
    return (one if index is None else one[index]) in WHITE


def _parse(text: str) -> Char:
    if len(text or "") != 1:
        raise bad_format("String must be exactly one character long.")
    return Char(text)


def _number(one: str) -> float:
    return float(unicodedata.numeric(one, -1.0))


def _lower(one: str) -> Char:
    return Char(one.lower()[0])


def _upper(one: str) -> Char:
    return Char(upper(one))


TESTS: MappingProxyType[str, Callable[..., bool]] = MappingProxyType(
    {
        "IsDigit": _category("Nd"),
        "IsLetter": _category("L"),
        "IsLetterOrDigit": _category("L", "Nd"),
        "IsNumber": _category("N"),
        "IsUpper": _category("Lu"),
        "IsLower": _category("Ll"),
        "IsPunctuation": _category("P"),
        "IsSymbol": _category("S"),
        "IsControl": _category("Cc"),
        "IsSeparator": _category("Z"),
        "IsWhiteSpace": _white,
    }
)
CHAR = family(
    "System.Char",
    {
        "string ToString()": str.__str__,
        "int CompareTo(char other)": lambda one, other: ord(one) - ord(other),
        **{f"static bool {name}(char c)": test for name, test in TESTS.items()},
        **{f"static bool {name}(string s, int index)": test for name, test in TESTS.items()},
        "static bool IsAsciiDigit(char c)": lambda one: "0" <= one <= "9",
        "static bool IsAsciiHexDigit(char c)": lambda one: one in HEX,
        "static bool IsAscii(char c)": lambda one: ord(one) < ASCII,
        "static char ToUpper(char c)": _upper,
        "static char ToLower(char c)": _lower,
        "static char ToUpperInvariant(char c)": _upper,
        "static char ToLowerInvariant(char c)": _lower,
        "static double GetNumericValue(char c)": _number,
        "static char Parse(string s)": _parse,
        "static string ToString(char c)": str.__str__,
        "static char MaxValue": lambda: Char("\uffff"),
        "static char MinValue": lambda: Char("\0"),
    },
    classes=(Char,),
    bases=("ValueType",),
    value=True,
    zero=Char("\0"),
)
FAMILIES = (CHAR,)
