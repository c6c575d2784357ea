"""Unquoted scalars by the core schema of YAML 1.2 (yaml.org/spec/1.2.2, 10.3.2)."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_LONGEST = 4096  # bits of a number: JSON, and Python, write no numbers of thousands of digits
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_WORDS: Mapping[str, Any] = MappingProxyType(
    {
        **dict.fromkeys(("", "~", "null", "Null", "NULL")),
        **dict.fromkeys(("true", "True", "TRUE"), True),
        **dict.fromkeys(("false", "False", "FALSE"), False),
        **{sign + word: float(sign + "inf") for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF")},
        **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    }
)


def plain_value(text: str) -> Any:
    """Resolve an unquoted scalar: null, bool, int, float, else the text itself."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "+-.0123456789":
        return text
    if _INT.fullmatch(text):
        try:
            number = int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
        except ValueError:  # Python refuses to read thousands of digits
            return text
        return number if number.bit_length() <= _LONGEST else text
    return float(text) if _FLOAT.fullmatch(text) else text
