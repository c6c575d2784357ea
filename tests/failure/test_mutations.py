"""Single answers with something wrong in them, drawn by chance: no traceback, and nothing that is there is created."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import WORKED, Cloud, Ran, embedded, here
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


@dataclass
class Wrong:
    """Has one thing wrong in the nth answer, and says what."""

    number: int
    chance: Random
    what: str = ""

    def __call__(self, answer: Answer) -> Answer:
        if answer.number != self.number:
            return answer
        changed, what = mutated(answer, self.chance)
        self.what = f"{answer.method} {answer.path}: {what}"
        return changed


def run_with(wrong: Wrong, cloud: Cloud, *words: str) -> Ran:
    """Run a command that meets it: whatever it is, it ends in order."""
    with meddling(cloud.emulator.url, wrong) as proxy:
        ran = here(*words, "--endpoint", proxy.url)
    assert ran.code in EXITS, wrong.what
    assert "Traceback" not in ran.err, wrong.what
    assert "fault of provision" not in ran.err, wrong.what
    return ran


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(
    verb=st.sampled_from(["plan", "drift", "destroy"]),
    number=st.integers(1, 17),
    seed=SEEDS,
)
def test_a_read_with_one_thing_wrong(standing: Cloud, verb: str, number: int, seed: int) -> None:
    wrong = Wrong(number, Random(seed))
    ran = run_with(wrong, standing, verb, WORKED, "--output", "json")
    if ran.code in (0, 2):
        assert "create" not in ran.actions.values(), wrong.what


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(number=st.integers(1, 36), seed=SEEDS)
def test_a_run_with_one_thing_wrong(number: int, seed: int) -> None:
    with embedded() as cloud:
        run_with(Wrong(number, Random(seed)), cloud, "apply", WORKED, "--yes")
        cloud.applied(WORKED)
        cloud.clean(WORKED)
