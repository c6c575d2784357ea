"""Expressions and what they give, as files: a new case is some lines in one of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from provision.emulator.gateway import expressions
from provision.emulator.gateway.expressions import ExpressionError, Where, to_text
from provision.emulator.gateway.expressions.registry import all_types
from provision.emulator.gateway.expressions.values import Net
from tests.gateway.expressions.contexts import CONTEXTS

if TYPE_CHECKING:
    from collections.abc import Iterator

CASES = Path(__file__).parent / "cases"
FEWEST = 600  # so that a file that is no longer read is seen


@dataclass(frozen=True)
class Case:
    """One expression, where it stands, and what it gives."""

    file: str
    line: int
    context: str
    text: str
    result: str


def read(path: Path) -> Iterator[Case]:
    lines: list[str] = []
    context, start = "plain", 0
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.startswith(("=> ", "!! ")):
            yield Case(path.stem, start, context, "\n".join(lines), line)
            lines, context = [], "plain"
        elif line.startswith("in ") and not lines:
            context = line[3:]
        elif lines or (line and not line.startswith("#")):
            start = start if lines else number
            lines.append(line)
    assert not lines, f"{path.name}:{start}: a case has no result"


EVERY = [case for path in sorted(CASES.glob("*.txt")) for case in read(path)]


def shown(value: object) -> str:
    """A value as the cases write it."""
    types = all_types()
    kind = "null" if value is None else str(value.type) if isinstance(value, Net) else types.of(value).name
    text = to_text(value)
    return f"{kind} {json.dumps(text) if set(text) & set(chr(13) + chr(10) + chr(34)) else text}".rstrip()


@pytest.mark.parametrize("case", EVERY, ids=lambda case: f"{case.file}:{case.line}")
def test_an_expression_gives_what_is_written(case: Case) -> None:
    context = CONTEXTS[case.context]()
    where = Where(f"{case.file}.txt", case.line, 1)
    if case.result.startswith("!! "):
        with pytest.raises(ExpressionError) as caught:
            shown(expressions.compile(case.text, where).evaluate(context))
        assert case.result[3:] in caught.value.message
        assert case.line <= caught.value.line <= case.line + case.text.count("\n")
    else:
        assert shown(expressions.compile(case.text, where).evaluate(context)) == case.result[3:].rstrip()


def test_there_are_cases_and_none_is_there_twice() -> None:
    seen = {(case.context, case.text) for case in EVERY}
    assert len(seen) == len(EVERY) >= FEWEST
