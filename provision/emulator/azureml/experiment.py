"""The guide's SimpleFeatureHashingExperiment: a column of text comes in, the counts of its features go out.

What a table is made of stays text, as a web service hands it on; `Numeric` is said in the column types. [?] The names
of the columns follow what Microsoft's later module says of the older one ("Col2" becomes "Col2_HashingFeature.0"), and
the text itself is not handed on, as the guide shows the counts alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from provision.emulator.azureml.errors import RefusedError
from provision.emulator.azureml.hashing import BITS, features

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

INPUT, OUTPUT = "input1", "output1"
COLUMN = "Col2"
COLUMNS = tuple(f"{COLUMN}_HashingFeature.{number}" for number in range(1 << BITS))
TYPES = ("Numeric",) * len(COLUMNS)


def run(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[list[str]]:
    """Return the output's rows. Raises RefusedError where the input is not a table of the one column."""
    if list(columns) != [COLUMN]:
        given = ", ".join(columns) or "none"
        raise RefusedError("InputMismatchError", more=f"The input has one column, {COLUMN}; given: {given}.")
    return [[str(count) for count in features(_only(row, number))] for number, row in enumerate(rows, 1)]


def _only(row: Sequence[str], number: int) -> str:
    if len(row) != 1:
        raise RefusedError("InputParseError", (f"row {number} has {len(row)} columns instead of 1",))
    return row[0]
