"""Tokens as JSON text."""

from __future__ import annotations

import base64
import json
import math
import re
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from provision.emulator.gateway.expressions.doubles import double_text
from provision.emulator.gateway.expressions.errors import Exhausted
from provision.emulator.gateway.expressions.times import (
    DateTime,
    Offset,
)
from provision.emulator.gateway.expressions.values import decimal_text, to_text

MAX_DEPTH = 64  # Newtonsoft's own limit
NEW_LINE = "\r\n"  # [?] Environment.NewLine: the gateway's managed form runs on Windows


ESCAPES = MappingProxyType(json.encoder.ESCAPE_DCT)


ESCAPED = re.compile(r'[\x00-\x1f\\"\x85\u2028\u2029]')


def quoted(text: str) -> str:
    """Write a string as JSON does, what is not ASCII as it is."""
    return '"' + ESCAPED.sub(lambda one: ESCAPES.get(one[0]) or f"\\u{ord(one[0]):04x}", text) + '"'


def simple_text(value: Any) -> str:  # noqa: PLR0911 - a line for each type
    """Write a simple value as JSON."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        text = double_text(value) if math.isfinite(value) else f'"{double_text(value)}"'
        return text if not math.isfinite(value) or "." in text or "E" in text else f"{text}.0"
    if isinstance(value, Decimal):
        text = decimal_text(value)
        return text if "." in text else f"{text}.0"
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, DateTime | Offset):
        return quoted(iso(value))
    if isinstance(value, bytearray):
        return quoted(base64.b64encode(value).decode())
    return quoted(to_text(value))


def iso(value: DateTime | Offset) -> str:
    """Write a date as JSON does: its fraction without zeros at the end."""
    return value.formatted("yyyy'-'MM'-'dd'T'HH':'mm':'ss" + ("'.'FFFFFFF" if value.ticks % 10_000_000 else "") + "K")


def written(token: Any, *, indented: bool = True) -> str:
    """Write a token as JSON, told by its kind: an object, an array, a property or a value."""
    out: list[str] = []
    _write(token, out, NEW_LINE if indented else "", 0)
    return "".join(out)


def token_text(token: Any) -> str:
    """ToString() of a token: a value as text, all else as indented JSON."""
    return to_text(token.value) if hasattr(token, "primitive") else written(token)


def _write(token: Any, out: list[str], line: str, depth: int) -> None:
    if depth > 2 * MAX_DEPTH:
        raise Exhausted("The JSON is nested too deeply.")
    if token.kind == "Property":
        out += [quoted(token.name), ": " if line else ":"]
        _write(token.value, out, line, depth)
    elif token.kind in ("Object", "Array"):
        opening, closing = "{}" if token.kind == "Object" else "[]"
        inner = token.children()
        out.append(opening)
        for at, one in enumerate(inner):
            out.append(("," if at else "") + (line + "  " * (depth + 1) if line else ""))
            _write(one, out, line, depth + 1)
        out.append((line + "  " * depth if line and inner else "") + closing)
    else:
        out.append(str(token.value) if token.kind == "Raw" else simple_text(token.value))
