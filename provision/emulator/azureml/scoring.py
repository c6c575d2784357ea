"""RRS, the request-response service: a table of texts in, a table of counts out, in one exchange.

Two forms of a table [doc: consume-web-services]: column names and rows, and with `format=swagger` a list of objects.
Without `details=true` the column types are left out [doc: a service's own API help page].
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provision.emulator.azureml import experiment
from provision.emulator.azureml.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

SWAGGER = "swagger"
WORDS = {True: "true", False: "false"}.get


def execute(body: Mapping[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
    """Return the answer to a request."""
    shape = query.get("format", "")
    if shape not in ("", SWAGGER):
        raise RefusedError("InvalidQueryParameter", ("format", f"The only other format is {SWAGGER}."))
    unexpected(body.get("GlobalParameters"))
    given = _input(body)
    columns, rows = _objects(given) if shape else _table(given)
    counted = experiment.run(columns, rows)
    if shape:
        return {"Results": {experiment.OUTPUT: [dict(zip(experiment.COLUMNS, row, strict=True)) for row in counted]}}
    value: dict[str, Any] = {"ColumnNames": experiment.COLUMNS, "Values": counted}
    if query.get("details", "").lower() == "true":
        value = {"ColumnNames": experiment.COLUMNS, "ColumnTypes": experiment.TYPES, "Values": counted}
    return {"Results": {experiment.OUTPUT: {"type": "table", "value": value}}}


def unexpected(parameters: Any) -> None:
    """Refuse global parameters: the experiment has none."""
    if parameters is None or parameters == {}:
        return
    if not isinstance(parameters, dict):
        raise RefusedError("RequestBodyInvalid", more="GlobalParameters must be an object.")
    raise RefusedError("UnexpectedParameter", more=f"Given: {', '.join(map(str, parameters))}.")


def _input(body: Mapping[str, Any]) -> Any:
    inputs = body.get("Inputs")
    if not inputs:
        raise RefusedError("MissingRequestInput")
    if not isinstance(inputs, dict):
        raise RefusedError("RequestBodyInvalid", more="Inputs must be an object.")
    strange = [name for name in inputs if name != experiment.INPUT]
    if strange:
        raise RefusedError(
            "InvalidInputNames", (", ".join(strange),), f"The service has one input, {experiment.INPUT}."
        )
    return inputs[experiment.INPUT]


def _table(given: Any) -> tuple[list[str], list[list[str]]]:
    if not isinstance(given, dict) or not {"ColumnNames", "Values"} <= set(given):
        raise RefusedError("RequestBodyInvalid", more=f"{experiment.INPUT} must have ColumnNames and Values.")
    columns, rows = given["ColumnNames"], given["Values"]
    if not isinstance(columns, list) or not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise RefusedError("RequestBodyInvalid", more="ColumnNames must be a list, and Values a list of rows.")
    return [_text(name) for name in columns], [[_text(cell) for cell in row] for row in rows]


def _objects(given: Any) -> tuple[list[str], list[list[str]]]:
    if not isinstance(given, list) or not all(isinstance(row, dict) for row in given):
        raise RefusedError("RequestBodyInvalid", more=f"{experiment.INPUT} must be a list of objects.")
    columns = list(given[0]) if given else [experiment.COLUMN]
    for number, row in enumerate(given, 1):
        if list(row) != columns:
            raise RefusedError("InputParseError", (f"row {number} has other columns than the first",))
    return columns, [[_text(cell) for cell in row.values()] for row in given]


def _text(cell: Any) -> str:
    """Return a cell as text: a missing one is empty, and JSON's words and numbers are as JSON writes them."""
    if isinstance(cell, (dict, list)):
        raise RefusedError("InputParseError", ("a cell is no text",))
    if cell is None or isinstance(cell, bool):
        return "" if cell is None else WORDS(cell) or ""
    return str(cell)
