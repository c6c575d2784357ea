"""Values and names in messages."""

from __future__ import annotations

from bisect import bisect_left
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

_FEW = 12  # so many allowed names are listed
_TRIED = 50  # so many names on either side are compared with a misspelt one
_WORD = 100  # nobody means a name by a longer one
_VALUE = 80  # characters of a value that are shown


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The known word that is nearest, or all of them where they are few."""
    names = sorted(set(known), key=str.lower)
    # Of very many names only those beside the word in the alphabet are tried: each try takes time.
    at = bisect_left(names, word.lower(), key=str.lower)
    beside = names[max(at - _TRIED, 0) : at + _TRIED]
    near = get_close_matches(word.lower(), [name.lower() for name in beside], n=1) if len(word) <= _WORD else []
    if near:
        return f"did you mean {next(name for name in beside if name.lower() == near[0])}?"
    return f"known: {', '.join(names)}" if 0 < len(names) <= _FEW else ""


def shown(value: Any) -> str:
    """A value as messages quote it."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    cut = text if len(text) <= _VALUE else f"{text[:_VALUE]}…"
    return f"'{cut}'" if isinstance(value, str) else cut
