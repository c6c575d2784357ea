"""The page that lists the types and members of expressions.

`python -m provision.emulator.gateway.expressions.listing` writes EXPRESSIONS.md anew.
"""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from provision.emulator.gateway.expressions.compiling.tables import TABLES
from provision.emulator.gateway.expressions.registry import all_types
from provision.emulator.gateway.expressions.runtime import MAX_DEPTH, MAX_MEMORY, MAX_STEPS
from provision.emulator.gateway.expressions.tree import MAX_TEXT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provision.emulator.gateway.expressions.signatures import Family

# What stands for no type of .NET's: the members it gives to others.
HELPERS = MappingProxyType(
    {
        "Sequences": "System.Linq.Enumerable, sequences",
        "NodeExtensions": "System.Xml.Linq.Extensions",
        "StringExtensions": "string, from the gateway",
        "ByteExtensions": "byte[], from the gateway",
    }
)


LEGEND = "`=` behind a parameter: it may be left out; `set`: it can be written."
PATTERNS = "Regular expressions are matched by RE2: look-around, back references and atomic groups are refused."


def _members(one: Family) -> str:
    lines = [member.signature for found in one.members.values() for member in found]
    enumeration = one.bases == ("Enum",)
    shown = [line.rpartition(" ")[2] for line in lines] if enumeration else [f"`{line}`" for line in lines]
    return ", ".join(shown).replace("|", "\\|")


def _rows() -> Iterator[str]:
    families = sorted(all_types().by_name.values(), key=lambda one: HELPERS.get(one.name, one.full))
    for one in families:
        inherits = ", ".join(base for base in one.bases if base not in ("Enum", *HELPERS))
        if one.members or inherits:
            yield f"| {HELPERS.get(one.name, one.full)} | {inherits} | {_members(one)} |"


def markdown() -> str:
    """The page."""
    rows = list(_rows())
    members = sum(len(found) for one in all_types().by_name.values() for found in one.members.values())
    syntax = ", ".join(f"`{name}`" for name in sorted(TABLES) if name != "step")
    said = f"{len(rows)} types with {members} members. One that isn't listed is refused by its name. {LEGEND}"
    limits = (
        f"An evaluation takes {MAX_STEPS:,} steps at most, makes {MAX_MEMORY:,} characters and items at most, "
        f"and calls its functions {MAX_DEPTH} deep at most; a text has {MAX_TEXT:,} characters at most."
    )
    return f"""# What policy expressions may use

{said}

{limits} {PATTERNS}

Of C#'s grammar (the names of tree-sitter-c-sharp) these nodes are executed, and patterns beside them: {syntax}.

Made by `python -m provision.emulator.gateway.expressions.listing` from the tables that evaluation goes by.

| type | inherits | members |
|---|---|---|
{chr(10).join(rows)}
"""


if __name__ == "__main__":
    Path(__file__).parents[2].joinpath("EXPRESSIONS.md").write_text(markdown(), encoding="utf-8")
