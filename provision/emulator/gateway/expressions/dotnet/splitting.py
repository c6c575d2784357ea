"""Strings taken apart and put together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.collected import NetArray
from provision.emulator.gateway.expressions.errors import null_argument, out_of_range
from provision.emulator.gateway.expressions.formatting import text_of
from provision.emulator.gateway.expressions.signatures import enumeration
from provision.emulator.gateway.expressions.values import STRING as STRING_TYPE
from provision.emulator.gateway.expressions.values import Char, EnumValue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provision.emulator.gateway.expressions.runtime import Runtime

WHITE = (
    " \t\n\r\v\f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)


REMOVE_EMPTY, TRIM_ENTRIES = 1, 2


def needed(value: Any, name: str) -> Any:
    """Return an argument that may not be null."""
    if value is None:
        raise null_argument(name)
    return value


def split(
    rt: Runtime, text: str, marks: Sequence[str] | None, count: int | None = None, options: EnumValue | None = None
) -> NetArray:
    """Take apart at any of the marks; at white space where there are none."""
    flags = options.number if options is not None else 0
    if count is not None and count < 0:
        raise out_of_range("count", "Count cannot be less than zero.")
    known = [str(one) for one in marks or () if one] or list(WHITE)
    parts: list[str] = []
    begin = 0
    for found in re.finditer("|".join(re.escape(one) for one in known), text):
        if count is not None and len(parts) >= count - 1:
            break
        _keep(parts, text[begin : found.start()], flags)
        begin = found.end()
        rt.step()
    if count != 0:
        _keep(parts, text[begin:], flags)
    rt.spend(len(text) + len(parts))
    return NetArray(STRING_TYPE, parts)


def _keep(parts: list[str], part: str, flags: int) -> None:
    part = part.strip(WHITE) if flags & TRIM_ENTRIES else part
    if part or not flags & REMOVE_EMPTY:
        parts.append(part)


def split_characters(rt: Runtime, text: str, *marks: Char) -> NetArray:
    """Take apart at characters."""
    return split(rt, text, marks)


def split_one(rt: Runtime, text: str, mark: str | None, options: EnumValue | None = None) -> NetArray:
    """Take apart at one mark."""
    return split(rt, text, [mark] if mark else ["\0\0"], None, options)


def split_one_count(rt: Runtime, text: str, mark: str, count: int, options: EnumValue | None = None) -> NetArray:
    """Take apart at one mark, into so many parts at most."""
    return split(rt, text, [mark], count, options)


def split_options(rt: Runtime, text: str, marks: Any, options: EnumValue) -> NetArray:
    """Take apart, leaving out what the options say."""
    return split(rt, text, marks, None, options)


def join(rt: Runtime, mark: str | None, *parts: Any) -> str:
    """Put together with a mark in between."""
    texts = [text_of(rt, one) for one in parts]
    text = (mark or "").join(texts)
    rt.spend(len(text))
    return text


def join_all(rt: Runtime, mark: Any, parts: Any) -> str:
    """Put the items of an enumerable together."""
    return join(rt, mark, *rt.each(needed(parts, "values")))


def concat(rt: Runtime, *parts: Any) -> str:
    """Put together."""
    return join(rt, "", *parts)


def concat_all(rt: Runtime, parts: Any) -> str:
    """Put the items of an enumerable together."""
    return join_all(rt, "", parts)


SPLIT = enumeration(
    "System.StringSplitOptions", numbers={"None": 0, "RemoveEmptyEntries": REMOVE_EMPTY, "TrimEntries": TRIM_ENTRIES}
)
FAMILIES = (SPLIT,)
