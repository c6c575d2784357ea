"""Patterns of .NET as RE2 takes them: what it has not is refused by name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import re2  # type: ignore[import-untyped]

from provision.emulator.gateway.expressions.errors import Refused, Thrown, null_argument
from provision.emulator.gateway.expressions.signatures import enumeration
from provision.emulator.gateway.expressions.values import EnumValue, Net

if TYPE_CHECKING:
    from provision.emulator.gateway.expressions.runtime import Runtime

IGNORE_CASE, MULTILINE, EXPLICIT, SINGLELINE, FREE = 1, 2, 4, 16, 32


OPTIONS = enumeration(
    "System.Text.RegularExpressions.RegexOptions",
    numbers={"None": 0, "IgnoreCase": IGNORE_CASE, "Multiline": MULTILINE, "ExplicitCapture": EXPLICIT, "Compiled": 8,
             "Singleline": SINGLELINE, "IgnorePatternWhitespace": FREE, "RightToLeft": 64, "ECMAScript": 256,
             "CultureInvariant": 512, "NonBacktracking": 1024},
)  # fmt: skip


MAX_PATTERN = 4000
COMPILING = 100  # steps


MAX_MEMORY = 8 << 20


UNSUPPORTED = (
    (re.compile(r"\(\?<?[=!]"), "look-around"),
    (re.compile(r"\(\?>"), "an atomic group"),
    (re.compile(r"\(\?\("), "a conditional group"),
    (re.compile(r"\\k[<'{]"), "a back reference"),
    (re.compile(r"\\[1-9]"), "a back reference"),
    (re.compile(r"\(\?<\w*-\w+>"), "a balancing group"),
    (re.compile(r"\\G"), "\\G"),
)


# What .NET writes otherwise than RE2: named groups, hexadecimal escapes, ends, classes of Unicode.
TRANSLATED = re.compile(
    r"(?P<escape>\\(?:u(?P<hex>[0-9A-Fa-f]{4})|.))"
    r"|(?P<name>\(\?(?:<(?P<angle>\w+)>|'(?P<quote>\w+)'))",
    re.DOTALL,
)


def translated(pattern: str) -> str:
    """Return a pattern of .NET as RE2 writes it; refuses what RE2 has not."""
    bare = re.sub(r"\\\\|\[(?:\\.|[^\]\\])*\]", "", pattern)
    for form, name in UNSUPPORTED:
        if form.search(bare):
            raise Refused(f"The regular expression '{pattern[:80]}' uses {name}, which is not executed here.")

    def one(found: re.Match[str]) -> str:
        if found["name"] is not None:
            return f"(?P<{found['angle'] or found['quote']}>"
        if found["hex"] is not None:
            return f"\\x{{{found['hex']}}}"
        text = found["escape"]
        return {"\\Z": "\\n?\\z", "\\e": "\\x{1b}", "\\/": "/"}.get(text) or (
            re2.escape(text[1]) if not text[1].isalnum() and text[1] != "_" else text
        )

    return TRANSLATED.sub(one, pattern)


@dataclass(frozen=True, slots=True, eq=False)
class Regex(Net):
    """A compiled pattern."""

    pattern: str
    compiled: Any

    def __str__(self) -> str:
        return self.pattern

    def names(self) -> dict[int, str]:
        """The names of groups by their numbers."""
        return {number: name for name, number in self.compiled.groupindex.items()}


def make(rt: Runtime, pattern: str | None, options: EnumValue | None = None, _: Any = None) -> Regex:
    """Compile a pattern; raises what .NET throws, or says what is not executed."""
    if pattern is None:
        raise null_argument("pattern")
    if len(pattern) > MAX_PATTERN:
        raise Refused(f"The regular expression is longer than {MAX_PATTERN} characters.")
    rt.step(COMPILING + len(pattern))
    flags = options.number if options is not None else 0
    if flags & (FREE | EXPLICIT):
        raise Refused("RegexOptions.IgnorePatternWhitespace and ExplicitCapture are not executed here.")
    given = re2.Options()
    given.log_errors = False
    given.max_mem = MAX_MEMORY
    given.case_sensitive = not flags & IGNORE_CASE
    given.dot_nl = bool(flags & SINGLELINE)
    text = translated(pattern)
    try:
        return Regex(pattern, re2.compile(f"(?m){text}" if flags & MULTILINE else text, given))
    except re2.error as error:
        reason = error.args[0].decode("utf-8", "replace") if error.args else "it is not understood"
        raise Thrown("RegexParseException", f"Invalid pattern '{pattern[:80]}': {reason}.") from None
    except UnicodeError:
        raise Refused("The regular expression holds half of a character.") from None


FAMILIES = (OPTIONS,)
