"""Expressions that nobody would write: each is refused or gives a value; none goes on for ever."""

from __future__ import annotations

import os

from provision.emulator.gateway import expressions
from provision.emulator.gateway.expressions import ExpressionError, to_text
from provision.emulator.gateway.expressions.evaluation import OURS
from provision.emulator.gateway.expressions.runtime import MAX_MEMORY
from tests.gateway.expressions.contexts import CONTEXTS
from tests.gateway.expressions.mutations import mutated
from tests.gateway.expressions.test_cases import EVERY

NUMBER = int(os.environ.get("EXPRESSIONS_FUZZ", "2000"))
SEED = int(os.environ.get("EXPRESSIONS_FUZZ_SEED", "20240501"))
SEEDS = [case.text for case in EVERY]


def test_whatever_is_written_is_refused_or_gives_a_value() -> None:
    refused: list[ExpressionError] = []
    compiled = 0
    for number, text in enumerate(mutated(SEEDS, NUMBER, SEED)):
        context = list(CONTEXTS.values())[number % len(CONTEXTS)]()
        try:
            expression = expressions.compile(text)
            compiled += 1
            assert len(to_text(expression.evaluate(context))) <= MAX_MEMORY
        except ExpressionError as error:
            refused.append(error)
    assert [one.expression for one in refused if OURS in one.message] == []
    assert all(one.message and one.line >= 1 and one.column >= 1 for one in refused)
    assert {one.expression for one in refused} <= set(mutated(SEEDS, NUMBER, SEED))
    assert NUMBER - len(refused) > NUMBER // 20
    assert compiled > NUMBER // 5
