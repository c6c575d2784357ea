"""Variables of the environment in scalars, `${NAME}` and `${secret:NAME}`, and files: `${file:PATH}` and its kin."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from provision.document.contents import OutsideError, content, located
from provision.document.text import position
from provision.errors import Mark, Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from provision.document.builder import Builder

SHORTEST_SECRET = 4
_SHOWN = 60  # characters of what is malformed
VARIABLE = re.compile(
    r"(?P<dollars>(?:\$\$)+)"
    # `${file:-x}` is a variable with a default.
    r"|\$\{(?P<source>file(?!:[-?])|secret-file|file-base64|secret-file-base64):(?P<path>[^}\n]*)\}"
    r"|\$\{(?:(?P<secret>secret:)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"(?::(?P<operator>[-?])(?P<operand>(?:(?!\$\{)[^}])*+))?(?P<close>\}))?"
)


class Variables:
    """Replaces the variables in one scalar; each gives its value, or itself where there is none."""

    def __init__(self, builder: Builder, event: Any) -> None:
        self.builder, self.event = builder, event
        self.offset, self.seen = event.start_mark.index, 0  # where the last problem's `${` is, and how many are before

    def __call__(self, match: re.Match[str]) -> str:
        """Value of one variable; the variable itself, and a problem, where there is none."""
        if match["dollars"]:
            return "$" * (len(match[0]) // 2)
        if match["source"]:
            return self._file(match)
        name, operator, operand = match.group("name", "operator", "operand")
        if not match["close"]:
            self._problem(match, partial(_malformed, match))
            return match[0]
        environ = self.builder.environ
        value = environ.get(name)
        if value is None or (operator and not value):
            if operator != "-":
                what = f"the variable {name} is {'empty' if name in environ else 'not set'}"
                fix = f"set {name}, or write ${{{match['secret'] or ''}{name}:-default}}"
                self._problem(match, lambda: (what, operand or "it has no default", fix))
                return match[0]
            value = operand.replace("$$", "$")
        if match["secret"]:
            self._keep_secret(match, name, value)
        return value

    def _file(self, match: re.Match[str]) -> str:
        """What a file holds; the variable itself, and a problem, where it can't be read."""
        source, name = match["source"], match["path"].strip()
        try:
            path = located(name, self.builder.file, self.builder.root)
            text = content(source, path)
        except (OSError, ValueError) as error:  # ValueError: not UTF-8, or a NUL in the path
            why = _reason(error, source)
            fix = "a path starts at the file that names it"
            if isinstance(error, OutsideError):
                fix = "put the file there: a spec reads nothing from elsewhere"
            self._problem(match, lambda: (f"the file {name} can't be read", why, fix))
            return match[0]
        if source.startswith("secret"):
            self._keep_secret(match, f"{source}:{path}", text)
        return text

    def _keep_secret(self, match: re.Match[str], name: str, value: str) -> None:
        """Note a secret; one that is too short to be told from other text, and so to be hidden, is a problem."""
        mark = self.event.start_mark
        self.builder.secret.add((mark.line, mark.column))
        if len(value.strip()) < SHORTEST_SECRET:
            what = f"the secret {name} is {'too short' if value.strip() else 'empty'}"
            why = f"fewer than {SHORTEST_SECRET} characters can't be hidden in outputs"
            self._problem(match, lambda: (what, why, f"set {name}, or write ${{{name}}} if it is no secret"))
        self.builder.secrets[name] = value

    def _problem(self, match: re.Match[str], say: Callable[[], tuple[str, str, str]]) -> None:
        mark = self.event.start_mark
        self.builder.unsettled.add((mark.line, mark.column))
        self.builder.problems.add(lambda: Problem(self._place(match), *say()))

    def _place(self, match: re.Match[str]) -> Mark:
        """Where the `${` is that `match` found in the scalar's value, as near as escapes allow."""
        text, start, end = self.builder.text, self.event.start_mark.index, self.event.end_mark.index
        before = match.string.count("${", 0, match.start()) + 1
        for _ in range(before - self.seen):
            self.offset = text.find("${", self.offset, end) + 1
            if not self.offset:
                break
        self.seen = before
        line, column = position(text, self.offset - 1 if self.offset else start)
        return Mark(self.builder.file, line + 1, column + 1)


def _reason(error: OSError | ValueError, source: str) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"it is not UTF-8: {source}-base64 takes what is no text"
    return error.strerror.lower() if isinstance(error, OSError) and error.strerror else f"it {error}"


def _malformed(match: re.Match[str]) -> tuple[str, str, str]:
    start = match.string[match.start() : match.start() + _SHOWN]
    shown = "".join(start.splitlines()[0].partition("}")[:2])
    more = "…" if len(shown) == _SHOWN and "}" not in shown else ""
    why = "a variable is ${NAME}, ${NAME:-default}, ${NAME:?message} or ${secret:NAME}, and a file ${file:PATH}"
    return f"malformed variable {shown}{more}", why, "correct it, or write $$ for a plain $"
