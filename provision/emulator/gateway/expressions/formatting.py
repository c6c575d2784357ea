"""Values by a format: what ToString(format), string.Format and interpolated strings do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.errors import bad_format
from provision.emulator.gateway.expressions.numberformats import number_text
from provision.emulator.gateway.expressions.values import NUMBERS, Boxed, EnumValue, to_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provision.emulator.gateway.expressions.runtime import Runtime

HOLE = re.compile(r"\{\{|\}\}|\{(\d{1,6}) *(?:, *(-?\d{1,7}) *)?(?::((?:[^{}]|\{\{|\}\})*))?\}|[{}]")


def formatted(rt: Runtime, value: Any, pattern: str) -> str:
    """Write a value by a format; the empty string for null."""
    if type(value) is Boxed:
        value = value.value
    if pattern:
        if type(value) in NUMBERS:
            return number_text(value, pattern)
        if type(value) is EnumValue:
            return enum_text(value, pattern)
        write = getattr(value, "formatted", None)
        if write is not None:
            return str(write(pattern))
    return text_of(rt, value)


def text_of(rt: Runtime, value: Any) -> str:
    """ToString() of a value; what it makes is spent."""
    text = to_text(value)
    rt.spend(len(text))
    return text


def enum_text(value: EnumValue, pattern: str | None) -> str:
    """Write a member of an enumeration: by name, number, or number in hexadecimal."""
    letter = (pattern or "G").upper()
    if letter in ("G", "F"):
        return value.name
    if letter == "D":
        return str(value.number)
    if letter == "X":
        return f"{value.number & 0xFFFFFFFF:08X}"
    raise bad_format('Format string can be only "G", "g", "X", "x", "F", "f", "D" or "d".')


def aligned(rt: Runtime, text: str, width: int) -> str:
    """Fill up to a width, at the left; at the right where it is negative."""
    if abs(width) <= len(text):
        return text
    rt.spend(abs(width))
    return text.ljust(-width) if width < 0 else text.rjust(width)


def composite(rt: Runtime, pattern: str, args: Sequence[Any]) -> str:
    """Do string.Format."""

    def hole(found: re.Match[str]) -> str:
        if found[0] in ("{{", "}}"):
            return found[0][0]
        if found[1] is None:
            raise bad_format()
        if int(found[1]) >= len(args):
            raise bad_format(
                "Index (zero based) must be greater than or equal to zero and less than the size of the argument list."
            )
        return aligned(rt, formatted(rt, args[int(found[1])], found[3] or ""), int(found[2] or 0))

    text = HOLE.sub(hole, pattern)
    rt.spend(len(text))
    return text
