"""Tables in blobs: CSV and TSV with a row of names, in UTF-8."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SEPARATORS = ((".csv", ","), (".tsv", "\t"))
EXTENSIONS = tuple(extension for extension, _ in SEPARATORS)


class NoTableError(Exception):
    """A blob's content is no table."""


def separator_of(name: str) -> str | None:
    """Return what separates the cells of a blob of that name."""
    return next((separator for extension, separator in SEPARATORS if name.lower().endswith(extension)), None)


def read(content: bytes, separator: str) -> tuple[list[str], list[list[str]]]:
    """Return (column names, rows); empty lines are no rows. Raises NoTableError."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NoTableError(f"it is not UTF-8: {error.reason} at byte {error.start}") from None
    try:
        lines = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True) if row]
    except csv.Error as error:
        raise NoTableError(f"it is no table: {error}") from None
    if not lines:
        raise NoTableError("it is empty; the first row has the names of the columns")
    return lines[0], lines[1:]


def write(columns: Sequence[str], rows: Iterable[Sequence[str]], separator: str) -> bytes:
    """Return the content of a table's blob."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator)
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue().encode("utf-8", "replace")
