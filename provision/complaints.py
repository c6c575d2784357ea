"""Words for what is wrong with a spec: pydantic's errors and the checks of the spec stage, for people."""

from __future__ import annotations

import re
from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision import document
from provision.errors import Mark, Problem
from provision.kinds.canonical import properties_of
from provision.secrecy import Veil

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from provision.address import Address
    from provision.kinds import Kind
    from provision.kinds.kind import Claim
    from provision.kinds.model import Model

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
_FEW = 12  # so many allowed names are listed
_LONGEST = 40  # characters of a name that are shown
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
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
    }
)


def translate(error: ValidationError, model: type[Model], tree: document.Map) -> list[Problem]:
    """One Problem for each of pydantic's errors, at the place in the file."""
    return [_problem(detail, model, tree) for detail in error.errors(include_url=False)]


def _problem(detail: ErrorDetails, model: type[Model], tree: document.Map) -> Problem:
    loc, kind = detail["loc"], detail["type"]
    mark = document.mark_of(tree, loc)
    if loc and loc[-1] == "[key]":
        return _bad_name(detail, document.mark_of(tree, loc[:-1], key=True))
    if kind in ("missing", "extra_forbidden"):
        return _bad_key(kind, loc, model, tree)
    if kind in _WANTED:
        return _wrong_type(_last(loc), detail, mark)
    if kind in ("string_too_long", "string_too_short"):
        return _bad_length(_last(loc), detail, mark)
    return _bad_value(_last(loc), detail, mark)


def _bad_key(kind: str, loc: Sequence[str | int], model: type[Model], tree: document.Map) -> Problem:
    name, place = str(loc[-1]), _place(loc[:-1])
    if kind == "missing":
        at = document.mark_of(tree, loc[:-1], key=len(loc) > 1)
        value = "1" if tuple(loc) == ("spec",) else "..."
        return Problem(at, f"{name} is missing", f"{place} needs it", f"add {name}: {value}")
    known = list(properties_of(_model_at(model, loc[:-1])))
    at = document.mark_of(tree, loc, key=True)
    if name == "properties":
        return Problem(at, "unknown key 'properties'", "a spec has no such wrapper", "move what is in it one level up")
    return Problem(at, f"unknown key '{name}'", f"{place} has no such property", did_you_mean(name, known))


def _bad_value(name: str, detail: ErrorDetails, mark: Mark) -> Problem:
    context, value = detail.get("ctx") or {}, detail["input"]
    if detail["type"] == "literal_error":
        allowed = re.findall(r"'([^']*)'", context["expected"]) or [context["expected"]]
        if isinstance(value, dict | list):
            return Problem(mark, f"{name} can't be {_kind_of(value)}", f"allowed: {', '.join(allowed)}")
        fix = "remove the quotes" if value in allowed else did_you_mean(str(value), allowed)
        fix = "" if fix.startswith("known") else fix
        return Problem(mark, f"{name} can't be {_shown(value)}", f"allowed: {', '.join(allowed)}", fix)
    if detail["type"] == "string_pattern_mismatch":
        return Problem(mark, f"{name} can't be {_shown(value)}", *unlike(context["pattern"], value))
    return Problem(mark, f"{name}: {detail['msg'].lower()}")


def unlike(pattern: str, value: str) -> tuple[str, str]:
    """Why a value doesn't match, and what to do."""
    excluded = re.fullmatch(r"\^\[\^(.+)\]\+\$", pattern)
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
            return f'write it in quotes: "{_shown(value)}"'
        case ("a list", _):
            return "start each item with -" if isinstance(value, dict) else f"write [{_shown(value).strip(chr(39))}]"
        case ("true or false", str()):
            meant = _SPOKEN.get(value.lower())
            return f"write {meant}" if meant else "remove the quotes" if value in ("true", "false") else ""
    return "remove the quotes" if isinstance(value, str) and re.fullmatch(r"-?[0-9]+", value) else ""


def _kind_of(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, dict | list):
        return "a map" if isinstance(value, dict) else "a list"
    return f"{'the text' if isinstance(value, str) else 'the value'} {_shown(value)}"


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
        return Problem(mark, f"{_shown(name)} can't be a name", *unlike(context["pattern"], name))
    what, why, fix = _length(detail)
    shown = f"the name {_shown(name[:_LONGEST])}{'…' if len(name) > _LONGEST else ''}"
    return Problem(mark, f"{shown} {what}" if name else "a name is empty", why, fix)


def _shown(value: Any) -> str:
    return f"'{value}'" if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


def _place(loc: Iterable[str | int]) -> str:
    path = ""
    for step in loc:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path or "a spec"


def _model_at(model: type[Model], loc: Iterable[str | int]) -> type[Model]:
    """The model of the map at `loc`; names in a map and indexes in a list lead to the same one."""
    is_name = False
    for step in loc:
        prop = None if is_name or isinstance(step, int) else properties_of(model).get(step)
        is_name = bool(prop and prop.is_map)
        model = prop.nested if prop and prop.nested else model
    return model


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The known word that is nearest, or all of them where they are few."""
    names = sorted(set(known))
    near = get_close_matches(word.lower(), [name.lower() for name in names], n=1)
    if near:
        return f"did you mean {next(name for name in names if name.lower() == near[0])}?"
    return f"known: {', '.join(names)}" if 0 < len(names) <= _FEW else ""


def same_name(mark: Mark, address: Address, first: Mark) -> Problem:
    """Two names that differ in case only."""
    return Problem(
        mark,
        f"{address} is declared twice",
        f"first at {first}; Azure ignores the case of names",
        "rename or remove one",
    )


def claimed_twice(mark: Mark, kind: Kind, claim: Claim, owner: Address, first: Mark) -> Problem:
    """Two resources with a value of which there may be one."""
    value = " ".join(claim.value)
    same = f"both come down to {value!r}" if value else "both are empty"
    what = f"the same {claim.what} as {owner} at {first}"
    return Problem(mark, what, f"{same}, and no two {kind.title}s may share it", "change one of them")


def dangling(mark: Mark, kind: Kind, name: str, known: Iterable[str]) -> Problem:
    """A reference to something that the spec doesn't declare."""
    fix = did_you_mean(name, known)
    return Problem(mark, f"there is no {kind.title} '{name}'", f"{kind.key} doesn't declare it", fix or "declare it")


def absent_but_used(mark: Mark, kind: Kind, name: str) -> Problem:
    """A reference to something that the spec wants gone."""
    return Problem(
        mark, f"the {kind.title} '{name}' is absent", "the spec says so under absent", "remove one of the two"
    )


def ignores_nothing(mark: Mark, rule: str, known: Iterable[str]) -> Problem:
    """A rule of ignore_changes whose property doesn't exist."""
    return Problem(mark, f"there is no property '{rule}' to ignore", "", did_you_mean(rule, known))


def unreadable_policy(mark: Mark, path: Path, error: OSError | ValueError) -> Problem:
    """A policy file that can't be read."""
    if isinstance(error, UnicodeDecodeError):
        before = error.object[: error.start].decode()
        at = Mark(str(path), before.count("\n") + 1, len(before) - before.rfind("\n"))
        why = f"byte 0x{error.object[error.start]:02x} at offset {error.start}"
        return Problem(at, "the file is not UTF-8", why, "save it as UTF-8")
    reason = (getattr(error, "strerror", None) or str(error)).lower()
    fix = "a path starts at the file that names it"
    return Problem(mark, f"the policy file {_shown(str(path))} can't be read", reason, fix)


def no_policy(mark: Mark, text: str) -> Problem:
    """A text that is neither a document nor the name of a file."""
    why = "it has several lines, and doesn't start with <" if text.strip() else "it is empty"
    return Problem(
        mark, "a policy is XML, or the name of a file", why, "name a file, or write <policies>...</policies>"
    )


def secret_in_policy(mark: Mark) -> Problem:
    """A policy that only a secret's value makes malformed."""
    what = "the policy is not well-formed with the value of a secret in it"
    return Problem(mark, what, "it is not shown here", "escape <, > and & in the value, or put it into a named value")


def presentable(problems: Iterable[Problem], secrets: Mapping[str, str]) -> list[Problem]:
    """The problems with `${secret:NAME}` in the place of secret values, and control characters escaped."""
    veil = Veil({value: f"${{secret:{name}}}" for name, value in secrets.items()})

    def hidden(text: str) -> str:
        return _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", veil.text(text))

    return [Problem(one.mark, hidden(one.what), hidden(one.why), hidden(one.fix)) for one in problems]
