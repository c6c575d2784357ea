"""Single answers with something wrong in them, drawn by chance: no traceback, and nothing that is there is created."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import WORKED, Cloud, embedded, here
from tests.failure.meddler import Answer, meddling
from tests.failure.mutations import mutated

if TYPE_CHECKING:
    from collections.abc import Iterator

EXITS = frozenset({0, 1, 2, 3, 4})
# Which answer is the nth differs from run to run, since reads are parallel: hypothesis draws no more than a seed.
SEEDS = st.integers(0, 2**32)


@pytest.fixture(scope="module")
def standing() -> Iterator[Cloud]:
    """The worked example, which every example of this module leaves as it is."""
    with embedded() as cloud:
        cloud.applied(WORKED)
        yield cloud


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(
    verb=st.sampled_from(["plan", "drift", "destroy"]),
    number=st.integers(1, 17),
    seed=SEEDS,
)
def test_a_read_with_one_thing_wrong(standing: Cloud, verb: str, number: int, seed: int) -> None:
    what, chance = "", Random(seed)

    def meddle(answer: Answer) -> Answer:
        nonlocal what
        if answer.number != number:
            return answer
        changed, what = mutated(answer, chance)
        what = f"{answer.path}: {what}"
        return changed

    with meddling(standing.emulator.url, meddle) as proxy:
        ran = here(verb, WORKED, "--output", "json", "--endpoint", proxy.url)
    assert ran.code in EXITS, what
    assert "Traceback" not in ran.err, what
    assert "fault of provision" not in ran.err, what
    if ran.code in (0, 2):
        assert "create" not in ran.actions.values(), what


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(number=st.integers(1, 36), seed=SEEDS)
def test_a_run_with_one_thing_wrong(number: int, seed: int) -> None:
    what, chance = "", Random(seed)

    def meddle(answer: Answer) -> Answer:
        nonlocal what
        if answer.number != number:
            return answer
        changed, what = mutated(answer, chance)
        what = f"{answer.method} {answer.path}: {what}"
        return changed

    with embedded() as cloud:
        with meddling(cloud.emulator.url, meddle) as proxy:
            ran = here("apply", WORKED, "--yes", "--endpoint", proxy.url)
        assert ran.code in EXITS, what
        assert "Traceback" not in ran.err, what
        assert "fault of provision" not in ran.err, what
        cloud.applied(WORKED)
        cloud.clean(WORKED)
