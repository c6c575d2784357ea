"""Words for what is wrong with a spec: pydantic's errors and the checks of the spec stage, for people."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from provision import document
from provision.errors import Mark, Problem
from provision.kinds.canonical import properties_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from provision.address import Address
    from provision.kinds import Kind
    from provision.kinds.kind import Claim
    from provision.kinds.model import Model

_WANTED = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "dict_type": "a map",
    "model_type": "a map",
    "model_attributes_type": "a map",
}
_FEW = 12  # so many allowed names are listed


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
        return Problem(at, f"{name} is missing", f"{place} needs it", f"add {name}: ...")
    known = list(properties_of(_model_at(model, loc[:-1])))
    at = document.mark_of(tree, loc, key=True)
    return Problem(at, f"unknown key '{name}'", f"{place} has no such property", did_you_mean(name, known))


def _bad_value(name: str, detail: ErrorDetails, mark: Mark) -> Problem:
    context, value = detail.get("ctx") or {}, detail["input"]
    if detail["type"] == "literal_error":
        allowed = re.findall(r"'([^']*)'", context["expected"]) or [context["expected"]]
        fix = did_you_mean(str(value), allowed)
        fix = fix if fix.startswith("did") else ""
        return Problem(mark, f"{name} can't be {_shown(value)}", f"allowed: {', '.join(allowed)}", fix)
    if detail["type"] == "string_pattern_mismatch":
        return Problem(mark, f"{name} can't be {_shown(value)}", f"it must match {context['pattern']}")
    return Problem(mark, f"{name}: {detail['msg'].lower()}")


def _last(loc: Sequence[str | int]) -> str:
    """The name of the value at `loc`; an item of a list goes by the list's."""
    if not loc:
        return "the spec"
    return f"{_last(loc[:-1])}[{loc[-1]}]" if isinstance(loc[-1], int) else loc[-1]


def _wrong_type(name: str, detail: ErrorDetails, mark: Mark) -> Problem:
    value, wanted = detail["input"], _WANTED[detail["type"]]
    fix = ""
    if wanted == "a text" and isinstance(value, bool | int | float):
        fix = f'write it in quotes: "{str(value).lower() if isinstance(value, bool) else value}"'
    elif wanted == "a list" and not isinstance(value, dict | list) and value is not None:
        fix = f"write [{value}]"
    elif wanted != "a text" and isinstance(value, str):
        fix = "remove the quotes" if _plain(value, wanted) else ""
    return Problem(mark, f"{name} must be {wanted}", f"it is {_kind_of(value)}", fix)


def _plain(value: str, wanted: str) -> bool:
    return value in ("true", "false") if wanted == "true or false" else value.lstrip("-").isdecimal()


def _kind_of(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, dict | list):
        return "a map" if isinstance(value, dict) else "a list"
    return f"{'the text' if isinstance(value, str) else 'the value'} {_shown(value)}"


def _bad_length(name: str, detail: ErrorDetails, mark: Mark) -> Problem:
    context, length = detail.get("ctx") or {}, len(str(detail["input"]))
    if detail["type"] == "string_too_short":
        return Problem(
            mark, f"{name} is empty", "it needs at least one character", "write something, or remove the key"
        )
    return Problem(
        mark, f"{name} has {length} characters", f"at most {context['max_length']} are allowed", "shorten it"
    )


def _bad_name(detail: ErrorDetails, mark: Mark) -> Problem:
    what = f"{_shown(detail['input'])} can't be the name of a resource"
    context = detail.get("ctx") or {}
    if "pattern" in context:
        return Problem(mark, what, f"a name must match {context['pattern']}", "use letters, digits and hyphens")
    return Problem(
        mark, what, f"it has {len(str(detail['input']))} characters, {context.get('max_length', 1)} are the limit"
    )


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
        mark, f"{address} is declared twice", f"first at {first}; Azure ignores the case of names", "rename one"
    )


def claimed_twice(mark: Mark, kind: Kind, claim: Claim, owner: Address, first: Mark) -> Problem:
    """Two resources with a value of which there may be one."""
    value = " ".join(claim.value)
    what = f"{claim.what} {value!r} is taken" if value else f"the empty {claim.what} is taken"
    return Problem(mark, what, f"{owner} at {first} has it, and no two {kind.title}s may", "change one of them")


def dangling(mark: Mark, kind: Kind, name: str, known: Iterable[str]) -> Problem:
    """A reference to something that the spec doesn't declare."""
    what = f"there is no {kind.title} '{name}'"
    return Problem(mark, what, f"the spec declares none under {kind.key}", did_you_mean(name, known) or "declare it")


def unreadable_policy(mark: Mark, path: Path, error: OSError | UnicodeDecodeError) -> Problem:
    """A policy file that can't be read."""
    if isinstance(error, UnicodeDecodeError):
        return Problem(mark, f"{path} is not UTF-8", f"byte {error.start} can't be read", "save it as UTF-8")
    reason = (error.strerror or str(error)).lower()
    return Problem(
        mark, f"the policy file {path} can't be read", reason, "paths are seen from the file that names them"
    )
