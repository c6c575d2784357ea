"""The page of members is what the tables say."""

from __future__ import annotations

from pathlib import Path

import provision.emulator
from provision.emulator.gateway.expressions.listing import markdown
from provision.emulator.gateway.expressions.registry import all_types

PAGE = Path(provision.emulator.__file__).with_name("EXPRESSIONS.md")


def test_the_page_is_current() -> None:
    assert PAGE.read_text("utf-8") == markdown(), "python -m provision.emulator.gateway.expressions.listing"


def test_every_type_that_a_table_speaks_of_is_there() -> None:
    """A parameter of a type that is nowhere would never be given."""
    types = all_types()
    free = {"T", "TKey", "TValue", "[]", "Func", "Action", "Predicate", "Comparison", "Converter", "JsonConverter"}
    named = {
        (one.full, member.signature, parameter.type.name)
        for one in types.by_name.values()
        for found in one.members.values()
        for member in found
        for parameter in member.parameters or ()
        if parameter.type.name not in free
    }
    assert {entry for entry in named if entry[2] not in types.by_name} == set()
