"""Plans grow with what they change, not with its square: counted in calls, which no machine makes more or fewer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.growth import WORK, calls

if TYPE_CHECKING:
    from collections.abc import Callable

    from provision.plan import Plan


@pytest.mark.parametrize("work", WORK.values(), ids=WORK)
def test_twice_as_many_deletions_are_twice_the_work(work: Callable[[int], Plan]) -> None:
    work(100)  # what is made once
    few, many = calls(work, 200), calls(work, 800)
    assert many < 4 * 1.3 * few, f"{few} calls for 200 deletions, {many} for 800"


def test_the_work_is_what_it_says() -> None:
    operations, links, destroy = (work(200) for work in WORK.values())
    assert [str(change.address).count("operations") for change in operations.changes] == [1] * 200
    assert len(links.changes) == 400
    assert sum(len(change.takes_along) for change in destroy.changes) == 204
