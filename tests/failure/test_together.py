"""Several runs at once on one instance: nothing is lost, nothing is there twice, and drift is clean afterwards."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.conftest import PATIENCE, WORKED
from tests.failure.conftest import API, OPERATIONS, converges

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from tests.conftest import Cloud

EXISTING = "spec: 1\nresourceGroup: {name: demoazureml}\nservice: {name: demoazureml, existing: true}\n"


def together(cloud: Cloud, *runs: tuple[str, ...]) -> list[tuple[int, str, str]]:
    """Exit code and streams of commands that ran at the same time."""
    processes: list[subprocess.Popen[str]] = [cloud.start(*words) for words in runs]
    streams = [process.communicate(timeout=PATIENCE) for process in processes]
    found = [(process.returncode, *both) for process, both in zip(processes, streams, strict=True)]
    assert not [err for _, _, err in found if "Traceback" in err]
    return found


def test_two_that_create_the_same(cloud: Cloud) -> None:
    ended = together(cloud, *[("apply", WORKED, "--yes", "--output", "json")] * 2)
    assert {code for code, _, _ in ended} <= {0, 1, 3}
    assert cloud.arm.exists("")
    converges(cloud)


def test_two_that_repair_the_same(worked: Cloud) -> None:
    worked.arm.edit(API, lambda properties: properties.update(displayName="other"))
    for address in OPERATIONS[:2]:
        worked.arm.edit(address, lambda properties: properties.update(description="other"))
    worked.arm.delete(OPERATIONS[4])
    ended = together(worked, *[("apply", WORKED, "--yes")] * 3)
    assert {code for code, _, _ in ended} <= {0, 1, 3}, ended
    worked.clean(WORKED)
    converges(worked)


def test_one_saved_plan_twice(worked: Cloud, tmp_path: Path) -> None:
    """Each update is done by one of the two; the other is refused, or finds it stale."""
    worked.arm.edit(API, lambda properties: properties.update(displayName="other"))
    worked.arm.edit(OPERATIONS[0], lambda properties: properties.update(description="other"))
    file = str(tmp_path / "plan.json")
    worked("plan", WORKED, "--out", file).ended(0)
    ended = together(worked, *[("apply", file, "--output", "json")] * 2)
    done: list[str] = []
    for _, out, _ in ended:
        changes = json.loads(out).get("resource_changes", [])
        done += [change["address"] for change in changes if change["outcome"] == "done"]
        # An operation waits for its API, also where both are there already.
        assert {change["outcome"] for change in changes} <= {"done", "stale", "skipped"}
    assert sorted(done) == sorted([API, OPERATIONS[0]]), ended
    worked.clean(WORKED)


def test_specs_of_two_teams_on_one_instance(worked: Cloud, tmp_path: Path) -> None:
    specs = []
    for team in ("red", "blue"):
        path = tmp_path / f"{team}.yaml"
        operations = "".join(
            f"      get-{n}: {{displayName: Get {n}, method: GET, urlTemplate: /{n}}}\n" for n in range(8)
        )
        path.write_text(
            f"{EXISTING}products:\n  {team}: {{displayName: {team}, apis: [{team}]}}\n"
            f"apis:\n  {team}:\n    displayName: {team}\n    path: {team}\n    operations:\n{operations}",
            "utf-8",
        )
        specs.append(str(path))
    ended = together(worked, *[("apply", spec, "--yes") for spec in specs])
    assert [code for code, _, _ in ended] == [0, 0], ended
    for spec in (*specs, WORKED):
        worked.clean(spec)


def test_an_apply_beside_a_reader(worked: Cloud) -> None:
    worked.arm.edit(API, lambda properties: properties.update(displayName="other"))
    ended = together(worked, ("apply", WORKED, "--yes"), ("drift", WORKED), ("plan", WORKED))
    assert ended[0][0] == 0, ended
    assert ended[1][0] in (0, 2), ended
    assert ended[2][0] == 0, ended
    worked.clean(WORKED)
