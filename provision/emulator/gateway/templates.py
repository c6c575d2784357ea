"""URL templates of operations: what matches them, what is in the parameters, and which of several is meant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

PARAMETER = re.compile(r"\{(\*?)([^{}]*)\}")
REST = "*"


@dataclass(frozen=True, slots=True)
class Template:
    """One template. `rank` sorts the most specific first.

    [doc: a path may end with `/*`, a query parameter of the template is required and may stand anywhere in a query,
    its name in any case.] [?] That literal segments precede parameters, these wildcards, from left to right, and that
    more query parameters precede fewer.
    """

    path: re.Pattern[str]
    names: tuple[str, ...]
    query: tuple[tuple[str, str, str], ...]  # name in lower case, parameter or "", literal
    rank: tuple[object, ...]

    def match(self, path: str, query: dict[str, str]) -> dict[str, str] | None:
        """Return the parameters of a path (decoded by segment, with its leading slash) and a query, or None."""
        found = self.path.fullmatch(path)
        if found is None:
            return None
        values = {name: unquote(value) for name, value in zip(self.names, found.groups(), strict=True)}
        for key, parameter, literal in self.query:
            if key not in query:
                return None
            if parameter:
                values[parameter] = query[key]
            elif literal.lower() != query[key].lower():
                return None
        return values


def parse(template: str) -> Template:
    """Return a template ready to match."""
    path, _, query = template.partition("?")
    path = "/" + path.strip("/")
    names: list[str] = []
    pattern, rank = [], []
    segments = [part for part in path.split("/") if part]
    for at, segment in enumerate(segments):
        last = at == len(segments) - 1
        if last and segment == REST:
            pattern.append("(?:/.*)?")
            rank.append(2)
            break
        piece, kind = _segment(segment, names)
        pattern.append(piece)
        rank.append(kind)
    wanted = tuple(_parameter(name, value) for name, value in parse_qsl(query, keep_blank_values=True))
    # A shorter template is no rival of a longer one unless it ends with a wildcard, which then comes later.
    return Template(
        re.compile("".join(pattern) + "/?", re.IGNORECASE | re.DOTALL),
        tuple(names),
        wanted,
        (tuple(rank), -len(wanted), -sum(1 for _, parameter, _ in wanted if not parameter)),
    )


def first_segment(template: str) -> str:
    """Return the first segment of a template in lower case where it is literal, else nothing."""
    segment = template.partition("?")[0].lstrip("/").partition("/")[0]
    return "" if segment == REST or "{" in segment else unquote(segment).lower()


def _segment(segment: str, names: list[str]) -> tuple[str, int]:
    pieces, at, kind = ["/"], 0, 0
    for found in PARAMETER.finditer(segment):
        pieces.append(re.escape(unquote(segment[at : found.start()])))
        pieces.append("(.*)" if found.group(1) else "([^/]+)")
        names.append(found.group(2))
        at, kind = found.end(), 2 if found.group(1) else 1
    pieces.append(re.escape(unquote(segment[at:])))
    return "".join(pieces), kind


def _parameter(name: str, value: str) -> tuple[str, str, str]:
    found = PARAMETER.fullmatch(value)
    return (name.lower(), found.group(2), "") if found else (name.lower(), "", value)
