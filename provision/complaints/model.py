"""Words for what pydantic finds wrong with a spec's data."""

from __future__ import annotations

import re
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision import document
from provision.complaints.names import did_you_mean, shown
from provision.complaints.telling import Later
from provision.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pydantic_core import ErrorDetails, ValidationError

    from provision.errors import Mark
    from provision.kinds.table import Property

_WANTED = MappingProxyType(
    {
        "string_type": "a text",
        "int_type": "a whole number",
        "int_parsing": "a whole number",
        "int_from_float": "a whole number",
        "finite_number": "a whole number",
        "bool_type": "true or false",
        "bool_parsing": "true or false",
        "list_type": "a list",
        "tuple_type": "a list",
        "dict_type": "a map",
        "model_type": "a map",
        "model_attributes_type": "a map",
    }
)
_MANY = 12  # words that are listed
_LONGEST = 40  # characters of a name that are shown
_SPOKEN = MappingProxyType(
    {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}
)  # YAML 1.1's words
_OF_WORDS = MappingProxyType(
    {  # regular expressions of the kinds, for people; those that only exclude characters speak for themselves
        r"^[\w\-.()]*[\w\-()]$": "it takes letters, digits, _ - . ( ) and can't end with a dot",
        r"^[a-zA-Z](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?$": (
            "it takes letters, digits and hyphens, starts with a letter and doesn't end with a hyphen"
        ),
        r"^\S+$": "it takes no spaces",
        r"^\w(?:[\w\-]*\w)?$": "it takes letters, digits, _ and hyphens, and neither starts nor ends with a hyphen",
        r"^[A-Za-z0-9!#$&'*+=^_{|}~.-]+@[A-Za-z0-9.-]+$": "it is an e-mail address",
        r"^[A-Za-z0-9-._]+$": "it takes letters, digits, - . and _",
        (
            r"^/subscriptions/[^/]*/resourceGroups/[^/]*/providers/Microsoft.(ClassicNetwork|Network)"
            r"/virtualNetworks/[^/]*/subnets/[^/]*$"
        ): "it takes the full ARM id of a subnet",
    }
)


def translate(error: ValidationError, grammar: Property, tree: document.Map) -> list[Later]:
    """One problem for each of pydantic's errors, at the place in the file."""
    return [_later(detail, grammar, tree) for detail in error.errors(include_url=False)]


def _later(detail: ErrorDetails, grammar: Property, tree: document.Map) -> Later:
    loc, kind = detail["loc"], detail["type"]
    if loc and loc[-1] == "[key]":
        mark = document.mark_of(tree, loc[:-1], key=True)
    elif kind == "missing":
        mark = document.mark_of(tree, loc[:-1], key=len(loc) > 1)
    else:
        mark = document.mark_of(tree, loc, key=kind == "extra_forbidden")
    return Later(mark, partial(_problem, detail, grammar, mark))


def _problem(detail: ErrorDetails, grammar: Property, mark: Mark) -> Problem:
    loc, kind = detail["loc"], detail["type"]
    if loc and loc[-1] == "[key]":
        return _bad_name(detail, mark)
    if kind in ("missing", "extra_forbidden"):
        return _bad_key(kind, loc, grammar, mark)
    if kind in _WANTED:
        return _wrong_type(_last(loc), detail, mark)
    if kind in ("string_too_long", "string_too_short"):
        return _bad_length(_last(loc), detail, mark)
    return _bad_value(_last(loc), detail, mark)


def _bad_key(kind: str, loc: Sequence[str | int], grammar: Property, at: Mark) -> Problem:
    name, place = str(loc[-1]), _place(loc[:-1])
    if kind == "missing":
        value = "1" if tuple(loc) == ("spec",) else "..."
        return Problem(at, f"{name} is missing", f"{place} needs it", f"add {name}: {value}")
    known = [one for one, prop in _at(grammar, loc[:-1]).inside.items() if prop.written]
    if name == "properties":
        return Problem(at, "unknown key 'properties'", "a spec has no such wrapper", "move what is in it one level up")
    return Problem(at, f"unknown key '{name}'", f"{place} has no such property", did_you_mean(name, known))


def _bad_value(name: str, detail: ErrorDetails, mark: Mark) -> Problem:
    context, value = detail.get("ctx") or {}, detail["input"]
    if detail["type"] == "literal_error":
        allowed = re.findall(r"'([^']*)'", context["expected"]) or [context["expected"]]
        why = (
            f"allowed: {', '.join(allowed)}" if allowed != ["True"] else "allowed: true, or a pattern such as 'team-*'"
        )
        if len(allowed) > _MANY:
            why = f"allowed: {', '.join(allowed[:_MANY])} and {len(allowed) - _MANY} more"
        if isinstance(value, dict | list):
            return Problem(mark, f"{name} can't be {_kind_of(value)}", why)
        fix = "remove the quotes" if value in allowed else did_you_mean(str(value), allowed)
        fix = "" if fix.startswith("known") else fix
        why = "" if fix and len(allowed) > _MANY else why
        return Problem(mark, f"{name} can't be {shown(value)}", why, fix)
    if detail["type"] == "string_pattern_mismatch":
        return Problem(mark, f"{name} can't be {shown(value)}", *unlike(context["pattern"], value))
    if detail["type"] == "no_json":
        what = f"{name} holds what is infinite, or no number"
        return Problem(mark, what, "JSON, which Azure takes, has no word for it", "write it in quotes, as text")
    if detail["type"] in ("greater_than_equal", "less_than_equal"):
        limit, small = context.get("ge"), detail["type"] == "greater_than_equal"
        why = f"it is {'at least' if small else 'at most'} {limit if small else context.get('le')}"
        return Problem(mark, f"{name} can't be {shown(value)}", why, f"write a {'larger' if small else 'smaller'} one")
    return Problem(mark, f"{name}: {detail['msg'].lower()}")


def unlike(pattern: str, value: str) -> tuple[str, str]:
    """Why a value doesn't match, and what to do."""
    excluded = re.fullmatch(r"\^(?:\(\?:.+/\)\?)?\[\^([^]]+)\]\+(?:\(\?:.+\)\?)?\$", pattern)
    if not excluded:
        return _OF_WORDS.get(pattern, f"it must match {pattern}"), ""
    characters = excluded[1].replace(r"\\", "\\")
    bad = next((char for char in value if char in characters), "")
    return f"it holds a {bad}, and can't hold any of {' '.join(characters)}", "use letters, digits and hyphens"


def _last(loc: Sequence[str | int]) -> str:
    """The name of the value at `loc`; an item of a list goes by the list's."""
    if not loc:
        return "the spec"
    return f"{_last(loc[:-1])}[{loc[-1]}]" if isinstance(loc[-1], int) else loc[-1]


def _wrong_type(name: str, detail: ErrorDetails, mark: Mark) -> Problem:
    value, wanted = detail["input"], _WANTED[detail["type"]]
    return Problem(mark, f"{name} must be {wanted}", f"it is {_kind_of(value)}", _conversion(value, wanted))


def _conversion(value: Any, wanted: str) -> str:
    """How to write a value of another type."""
    match wanted, value:
        case ("a map", _):
            return (
                "write name: ... instead of each -" if isinstance(value, list) else "write lines of key: value below it"
            )
        case (_, None):
            return "write it behind the colon"
        case ("a text", bool() | int() | float()):
            return "write it in quotes, as it stands"  # which the value doesn't tell: 0x10 is 16, 1.50 is 1.5
        case ("a list", _):
            return "start each item with -" if isinstance(value, dict) else f"write [{shown(value).strip(chr(39))}]"
        case ("true or false", str()):
            meant = _SPOKEN.get(value.lower())
            return f"write {meant}" if meant else "remove the quotes" if value in ("true", "false") else ""
    return "remove the quotes" if isinstance(value, str) and re.fullmatch(r"-?[0-9]+", value) else ""


def _kind_of(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, dict | list):
        return "a map" if isinstance(value, dict) else "a list"
    return f"{'the text' if isinstance(value, str) else 'the value'} {shown(value)}"


def _bad_length(name: str, detail: ErrorDetails, mark: Mark) -> Problem:
    what, why, fix = _length(detail)
    return Problem(mark, f"{name} {what}", why, fix)


def _length(detail: ErrorDetails) -> tuple[str, str, str]:
    if detail["type"] == "string_too_short":
        return "is empty", "it needs at least one character", "write something"
    limit = (detail.get("ctx") or {}).get("max_length")
    return f"has {len(str(detail['input']))} characters", f"at most {limit} are allowed", "shorten it"


def _bad_name(detail: ErrorDetails, mark: Mark) -> Problem:
    name, context = detail["input"], detail.get("ctx") or {}
    if "pattern" in context:
        return Problem(mark, f"{shown(name)} can't be a name", *unlike(context["pattern"], name))
    if "expected" in context:
        allowed = re.findall(r"'([^']*)'", context["expected"])
        why = f"allowed: {', '.join(allowed)}"
        return Problem(mark, f"{shown(name)} can't be a name", why, did_you_mean(name, allowed))
    what, why, fix = _length(detail)
    said = f"the name {shown(name[:_LONGEST])}{'…' if len(name) > _LONGEST else ''}"
    return Problem(mark, f"{said} {what}" if name else "a name is empty", why, fix)


def _place(loc: Iterable[str | int]) -> str:
    path = ""
    for step in loc:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path or "a spec"


def _at(grammar: Property, loc: Iterable[str | int]) -> Property:
    """What describes the map at `loc`; names in a map and indexes in a list lead to the same one."""
    is_name = False
    for step in loc:
        prop = None if is_name or isinstance(step, int) else grammar.inside.get(step)
        is_name = bool(prop and prop.many == "map")
        grammar = prop or grammar
        grammar = grammar.otherwise if grammar.otherwise and grammar.otherwise.inside else grammar
    return grammar
