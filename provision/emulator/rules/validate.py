"""What the specification says of every property, checked against what a client sent.

Targets are paths such as `templateParameters[0].name`; that the service names nested ones so is inferred.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from provision.emulator.rules.shapes import Shape

Problem = tuple[str, str]
FORBIDDEN_IN_NAMES = frozenset("*#&+:<>?/")  # the specification's pattern for most ids
LONGEST_NAME = 256
WORDS: Mapping[str, tuple[tuple[type, ...], str]] = MappingProxyType(
    {
        "string": ((str,), "a string"),
        "integer": ((int,), "an integer"),
        "number": ((int, float), "a number"),
        "boolean": ((bool,), "a boolean"),
        "object": ((dict,), "an object"),
        "map": ((dict,), "an object"),
    }
)


def name_problems(shape: Shape, name: str) -> Iterator[Problem]:
    """Yield what is wrong with a resource's name; `;rev=N` belongs to the id of an API."""
    plain = name.partition(";rev=")[0]
    low, high = shape.length
    # Where the specification says nothing at all, as of recipients' e-mail addresses, any character will do.
    free = not (shape.pattern or shape.values) and high > LONGEST_NAME
    if not low <= len(plain) <= min(high, LONGEST_NAME) or not (free or FORBIDDEN_IN_NAMES.isdisjoint(plain)):
        yield "id", f"The name '{name}' is too long or contains one of *#&+:<>?/."
    elif shape.pattern and not re.search(shape.pattern, plain):
        yield "id", f"The name '{name}' does not match {shape.pattern}."
    elif shape.values and plain.lower() not in {v.lower() for v in shape.values}:
        yield "id", f"The name must be one of: {', '.join(shape.values)}."


def problems(shape: Shape, props: Mapping[str, Any], above: str = "") -> Iterator[Problem]:
    """Yield what is wrong with an object's members; those it does not know are left alone."""
    for key, member in shape.members.items():
        value = props.get(key)
        if value is not None:
            yield from _wrapped(member, member.wraps, value, above + key)
        if value in (None, "") and "required" in member.words and "read-only" not in member.words:
            yield above + key, f"'{key}' must not be empty."


def _wrapped(shape: Shape, wraps: tuple[str, ...], value: Any, target: str) -> Iterator[Problem]:
    if not wraps:
        yield from _single(shape, value, target)
    elif wraps[-1] == "[]":
        if not isinstance(value, list):
            yield target, "The value must be an array."
            return
        for number, item in enumerate(value):
            yield from _wrapped(shape, wraps[:-1], item, f"{target}[{number}]")
    elif not isinstance(value, dict):
        yield target, "The value must be an object."
    else:
        for key, item in value.items():
            if item is not None:  # says nothing, as a property that is null does [the specification's examples]
                yield from _wrapped(shape, wraps[:-1], item, f"{target}.{key}")


def _single(shape: Shape, value: Any, target: str) -> Iterator[Problem]:
    if shape.base not in WORDS:
        return
    wanted, word = WORDS[shape.base]
    if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
        yield target, f"The value must be {word}."
    elif isinstance(value, dict):
        yield from problems(shape, value, f"{target}.")
    elif isinstance(value, str):
        yield from _text(shape, value, target)
    elif isinstance(value, int | float) and not shape.value[0] <= value <= shape.value[1]:
        yield target, f"The value must be between {shape.value[0]:g} and {shape.value[1]:g}."


def _text(shape: Shape, value: str, target: str) -> Iterator[Problem]:
    low, high = shape.length
    if value == "" and "required" in shape.words:
        return
    if not low <= len(value) <= high:
        yield target, f"The value must have between {low} and {high:g} characters."
    elif shape.pattern and not re.search(shape.pattern, value):
        yield target, f"The value does not match {shape.pattern}."
    elif shape.values and value.lower() not in {v.lower() for v in shape.values}:
        yield target, f"'{value}' is none of: {', '.join(shape.values)}."


def drop_read_only(shape: Shape, props: dict[str, Any]) -> None:
    """Remove what only the service may write, which it ignores when it is sent."""
    for key, member in shape.members.items():
        if "read-only" in member.words:
            props.pop(key, None)
        elif not member.wraps and isinstance(props.get(key), dict):
            drop_read_only(member, props[key])


def keep_read_only(shape: Shape, props: dict[str, Any], before: Mapping[str, Any]) -> None:
    """Take over what the service wrote before, where nothing newer stands."""
    for key, member in shape.members.items():
        if "read-only" in member.words and key in before:
            props.setdefault(key, before[key])
