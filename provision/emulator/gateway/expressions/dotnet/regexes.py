"""Regular expressions, matched in linear time by RE2: look-around and back references are refused by name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.collected import NetArray
from provision.emulator.gateway.expressions.dotnet.regexpatterns import Regex, make
from provision.emulator.gateway.expressions.errors import null_argument
from provision.emulator.gateway.expressions.signatures import family
from provision.emulator.gateway.expressions.values import STRING, Lambda, Net, TypeRef, plain, to_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provision.emulator.gateway.expressions.runtime import Runtime

REPLACEMENT = re.compile(r"\$(?:(?P<number>\d{1,2})|\{(?P<name>\w+)\}|(?P<sign>[$&`'_+]))")


@dataclass(frozen=True, slots=True, eq=False)
class Group(Net):
    """What a group captured."""

    name: str
    value: str
    index: int
    success: bool

    @property
    def type(self) -> TypeRef:
        """Group."""
        return TypeRef("Group")

    def __str__(self) -> str:
        return self.value

    def __iter__(self) -> Iterator[Any]:
        return iter([self] if self.success else [])


@dataclass(frozen=True, slots=True, eq=False)
class Match(Group):
    """A match, or that there was none."""

    groups: tuple[Group, ...]
    following: Any = None
    text: str = ""

    @property
    def type(self) -> TypeRef:
        """Match."""
        return TypeRef("Match")

    def __iter__(self) -> Iterator[Any]:
        return iter([self] if self.success else [])

    def group(self, key: Any) -> Group:
        """Return a group by number or name; one that is not there did not succeed."""
        key = plain(key)
        if type(key) is int:
            return self.groups[key] if 0 <= key < len(self.groups) else NO_GROUP
        return next((one for one in self.groups if one.name == to_text(key)), NO_GROUP)


NO_GROUP = Group("0", "", 0, success=False)
NO_MATCH = Match("0", "", 0, False, (NO_GROUP,))


def matches(rt: Runtime, regex: Regex, text: str | None, start: int = 0) -> Iterator[Match]:
    """Go through the matches."""
    if text is None:
        raise null_argument("input")
    names = regex.names()
    for found in regex.compiled.finditer(text, start):
        rt.step(1 + (len(text) >> 10))
        groups = tuple(
            Group(names.get(at, str(at)), found.group(at) or "", max(found.start(at), 0), found.group(at) is not None)
            for at in range(regex.compiled.groups + 1)
        )
        rt.spend(sum(len(one.value) for one in groups))
        yield Match("0", groups[0].value, groups[0].index, True, groups, text=text)


def _match(rt: Runtime, regex: Regex, text: str | None) -> Match:
    rt.step(len(text or "") >> 6)
    return next(_linked(rt, regex, text), NO_MATCH)


def _linked(rt: Runtime, regex: Regex, text: str | None) -> Iterator[Match]:
    """Matches that know how to find the next."""
    found = matches(rt, regex, text)
    for one in found:
        yield Match(one.name, one.value, one.index, True, one.groups, lambda: next(found, NO_MATCH), one.text)


def _next(match: Match) -> Match:
    return match.following() if match.following is not None else NO_MATCH


def _is_match(rt: Runtime, regex: Regex, text: str | None) -> bool:
    if text is None:
        raise null_argument("input")
    rt.step(len(text) >> 6)
    return regex.compiled.search(text) is not None


def _matches(rt: Runtime, regex: Regex, text: str | None) -> NetArray:
    return NetArray(TypeRef("Match"), list(matches(rt, regex, text)))


def _result(match: Match, pattern: str) -> str:
    def one(found: re.Match[str]) -> str:
        if found["sign"]:
            return {
                "$": "$", "&": match.value, "`": match.text[: match.index], "_": match.text,
                "'": match.text[match.index + len(match.value) :], "+": match.groups[-1].value,
            }[found["sign"]]  # fmt: skip
        group = match.group(int(found["number"]) if found["number"] else found["name"])
        return group.value if group is not NO_GROUP else found[0]

    return REPLACEMENT.sub(one, pattern)


def _replace(rt: Runtime, regex: Regex, text: str | None, new: Any, count: int = -1) -> str:
    if text is None or new is None:
        raise null_argument("input" if text is None else "replacement")
    out, at, size = [], 0, 0
    for number, match in enumerate(matches(rt, regex, text)):
        if number == count:
            break
        made = to_text(rt.call(new, match)) if isinstance(new, Lambda) else _result(match, new)
        out += [text[at : match.index], made]
        size += rt.spend(len(made))
        at = match.index + len(match.value)
    out.append(text[at:])
    rt.spend(len(text))
    return "".join(out)


def _split(rt: Runtime, regex: Regex, text: str | None, count: int = 0) -> NetArray:
    parts: list[str] = []
    at = 0
    for match in matches(rt, regex, text):
        if count and len(parts) >= count - 1:
            break
        parts += [(text or "")[at : match.index], *(one.value for one in match.groups[1:] if one.success)]
        at = match.index + len(match.value)
    parts.append((text or "")[at:])
    rt.spend(len(text or ""))
    return NetArray(STRING, parts)


def _escape(text: str) -> str:
    special = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\f": "\\f"}
    return "".join(special.get(one) or (f"\\{one}" if one in "\\*+?|{[()^$.# " else one) for one in text)


REGEX = family(
    "System.Text.RegularExpressions.Regex",
    {
        "new(string pattern, RegexOptions options=, TimeSpan matchTimeout=)": make,
        "bool IsMatch(string input)": _is_match,
        "Match Match(string input)": _match,
        "MatchCollection Matches(string input)": _matches,
        "string Replace(string input, string replacement, int count=)": _replace,
        "string Replace(string input, Func evaluator, int count=)": _replace,
        "string[] Split(string input, int count=)": _split,
        "static bool IsMatch(string input, string pattern, RegexOptions options=, TimeSpan matchTimeout=)": (
            lambda rt, text, pattern, *rest: _is_match(rt, make(rt, pattern, *rest), text)
        ),
        "static Match Match(string input, string pattern, RegexOptions options=, TimeSpan matchTimeout=)": (
            lambda rt, text, pattern, *rest: _match(rt, make(rt, pattern, *rest), text)
        ),
        "static MatchCollection Matches(string input, string pattern, RegexOptions options=, TimeSpan matchTimeout=)": (
            lambda rt, text, pattern, *rest: _matches(rt, make(rt, pattern, *rest), text)
        ),
        "static string Replace(string input, string pattern, string replacement, RegexOptions options=, TimeSpan t=)": (
            lambda rt, text, pattern, new, *rest: _replace(rt, make(rt, pattern, *rest), text, new)
        ),
        "static string Replace(string input, string pattern, Func evaluator, RegexOptions options=, TimeSpan t=)": (
            lambda rt, text, pattern, new, *rest: _replace(rt, make(rt, pattern, *rest), text, new)
        ),
        "static string[] Split(string input, string pattern, RegexOptions options=, TimeSpan matchTimeout=)": (
            lambda rt, text, pattern, *rest: _split(rt, make(rt, pattern, *rest), text)
        ),
        "static string Escape(string str)": _escape,
        "static string Unescape(string str)": lambda text: re.sub(r"\\(.)", r"\1", text),
    },
    classes=(Regex,),
)
GROUP = family(
    "System.Text.RegularExpressions.Group",
    {
        "string Value": lambda group: group.value,
        "int Index": lambda group: group.index,
        "int Length": lambda group: len(group.value),
        "bool Success": lambda group: group.success,
        "string Name": lambda group: group.name,
        "CaptureCollection Captures": lambda group: NetArray(TypeRef("Group"), [group] if group.success else []),
    },
    classes=(Group,),
)


class Groups(Net):
    """The groups of a match."""

    __slots__ = ("match",)

    def __init__(self, match: Match) -> None:
        self.match = match

    @property
    def type(self) -> TypeRef:
        """GroupCollection."""
        return TypeRef("GroupCollection")

    def __iter__(self) -> Iterator[Group]:
        return iter(self.match.groups)

    def __len__(self) -> int:
        return len(self.match.groups)


MATCH = family(
    "System.Text.RegularExpressions.Match",
    {
        "GroupCollection Groups": Groups,
        "Match NextMatch()": _next,
        "string Result(string replacement)": _result,
        "static Match Empty": lambda: NO_MATCH,
    },
    classes=(Match,),
    bases=("Group",),
)


GROUPS = family(
    "System.Text.RegularExpressions.GroupCollection",
    {
        "this[int groupnum]": lambda groups, key: groups.match.group(key),
        "this[string groupname]": lambda groups, key: groups.match.group(key),
        "int Count": len,
        "bool ContainsKey(string key)": lambda groups, key: groups.match.group(key) is not NO_GROUP,
    },
    classes=(Groups,),
    bases=("IEnumerable",),
)
FAMILIES = (REGEX, GROUP, MATCH, GROUPS)
