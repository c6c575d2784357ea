"""Patterns of faults, matched in linear time: what Python's `re` backtracks over would stall every client.

RE2's syntax (github.com/google/re2/wiki/Syntax) is Python's without look-around and back references.
"""

from __future__ import annotations

from typing import Protocol

import re2  # type: ignore[import-untyped]

LONGEST = 4096  # characters of a path that are searched; ARM's own are shorter


class Pattern(Protocol):
    """What is searched in a path."""

    def search(self, path: str) -> object:
        """Return what is found, or None."""


def compiled(text: str) -> Pattern:
    """Return a pattern that ignores case. Raises ValueError that says what is wrong with it."""
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    try:
        pattern: Pattern = re2.compile(text, options)
    except re2.error as error:
        reason = error.args[0].decode("utf-8", "replace") if error.args else "it is not understood"
        raise ValueError(f"{reason}; neither look-around nor back references are known") from None
    except UnicodeEncodeError:
        raise ValueError("it holds half of a character") from None
    return pattern
