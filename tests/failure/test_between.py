"""What others do between a plan and its first write, or between the last look and a write, is not lost unnoticed."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from requests.adapters import HTTPAdapter

from provision import workflow
from provision.azure import Azure
from tests.conftest import WORKED, Cloud
from tests.failure.conftest import API, OPERATIONS, STARTER

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from provision.diff import Change

POLICY = '<policies><inbound><base /><set-header name="{}" exists-action="delete" /></inbound></policies>'
OURS: dict[str, Any] = {
    "products": {"gold": {"displayName": "Ours", "policy": POLICY.format("ours")}},
    "apis": {
        "new": {"displayName": "Ours", "path": "new"},
        "azureml-demo": {
            "policy": POLICY.format("ours"),
            "operations": {
                "sixth": {"displayName": "Ours", "method": "GET", "urlTemplate": "/6"},
                "bes-start": {"policy": POLICY.format("ours")},
            },
        },
    },
}


def policy(name: str) -> dict[str, Any]:
    return {"properties": {"format": "rawxml", "value": POLICY.format(name)}}


THEIRS: dict[str, dict[str, Any]] = {
    "products/gold": {"properties": {"displayName": "Theirs"}},
    "apis/new": {"properties": {"displayName": "Theirs", "path": "new", "protocols": ["https"]}},
    f"{API}/operations/sixth": {"properties": {"displayName": "Theirs", "method": "GET", "urlTemplate": "/6"}},
    f"{API}/policies/policy": policy("theirs"),
    f"{OPERATIONS[1]}/policies/policy": policy("theirs"),
}


@pytest.fixture
def ours(tmp_path: Path) -> tuple[str, ...]:
    """The worked example, and what its instance lacks."""
    return (WORKED, "--overlay", written(tmp_path / "ours.yaml", OURS))


def written(path: Path, value: Any) -> str:
    path.write_text(json.dumps(value), "utf-8")
    return str(path)


@pytest.fixture
def before_the_first_write(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Have something done once, when everything is planned and nothing is written."""

    def arm(deed: Callable[[], object]) -> None:
        deeds, carry_out = [deed], workflow.carry_out

        def held(*args: Any, **options: Any) -> Any:
            if deeds:
                deeds.pop()()
            return carry_out(*args, **options)

        monkeypatch.setattr(workflow, "carry_out", held)

    return arm


@pytest.fixture
def before_the_write_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Callable[[], object]], None]:
    """Have something done once, after every look and right before one change is sent."""

    def arm(address: str, deed: Callable[[], object]) -> None:
        deeds, send = [deed], Azure.send

        def held(self: Azure, change: Change, **options: Any) -> None:
            if deeds and address in ("", str(change.address)):
                deeds.pop()()
            send(self, change, **options)

        monkeypatch.setattr(Azure, "send", held)

    return arm


@pytest.fixture
def after_the_write_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Callable[[], object]], None]:
    """Have something done once, right after one change was done."""

    def arm(address: str, deed: Callable[[], object]) -> None:
        deeds, send = [deed], Azure.send

        def held(self: Azure, change: Change, **options: Any) -> None:
            send(self, change, **options)
            if deeds and address == str(change.address):
                deeds.pop()()

        monkeypatch.setattr(Azure, "send", held)

    return arm


@pytest.fixture
def without_preconditions(monkeypatch: pytest.MonkeyPatch) -> None:
    """An Azure that doesn't look at If-Match where the SDK doesn't know it: on the instance and its group."""
    send = HTTPAdapter.send

    def stripped(self: HTTPAdapter, request: Any, **options: Any) -> Any:
        if request.method in ("PUT", "PATCH") and request.path_url.partition("?")[0].endswith("/demoazureml"):
            request.headers.pop("If-Match", None)
        return send(self, request, **options)

    monkeypatch.setattr(HTTPAdapter, "send", stripped)


def said(cloud: Cloud, address: str) -> str:
    body = cloud.arm.get(f"{address}?format=rawxml" if "/policies/" in address else address)["properties"]
    return str(body.get("displayName") or body["value"])


@pytest.mark.parametrize("address", THEIRS)
def test_what_appeared_since_the_plan_is_not_overwritten(
    worked: Cloud, ours: tuple[str, ...], before_the_first_write: Callable[[Any], None], address: str
) -> None:
    before_the_first_write(lambda: worked.arm.put(address, THEIRS[address]))
    ran = worked("apply", *ours, "--yes", "--output", "json").ended(3)
    assert ran.outcomes[address] == "stale", str(ran)
    assert f"{address} exists by now" in ran.out
    assert "theirs" in said(worked, address).lower()
    below = {one for one in ran.outcomes if one.startswith(f"{address}/")}
    assert {ran.outcomes[one] for one in below} <= {"skipped"}
    assert {ran.outcomes[one] for one in ran.outcomes.keys() - below - {address}} == {"done"}


@pytest.mark.parametrize("address", THEIRS)
def test_what_appeared_after_the_last_look_is_named(
    worked: Cloud, ours: tuple[str, ...], before_the_write_of: Callable[[str, Any], None], address: str
) -> None:
    before_the_write_of(address, lambda: worked.arm.put(address, THEIRS[address]))
    ran = worked("apply", *ours, "--yes", "--output", "json").ended(3)
    outcomes = ran.outcomes
    assert outcomes.pop(address) == "overwrote", str(ran)
    assert "ours" in said(worked, address).lower()
    assert {*outcomes.values()} == {"done"}, "what needs it is done all the same: it is there"
    assert ran.document["totals"]["overwrote"] == 1
    assert f"{address} was there" in ran.err
    worked.clean(*ours)


def test_a_group_that_appeared_is_not_overwritten(cloud: Cloud, before_the_first_write: Callable[[Any], None]) -> None:
    group = {"location": "southcentralus", "tags": {"theirs": "1"}}
    before_the_first_write(lambda: cloud.arm.put(cloud.arm.group, group))
    ran = cloud("apply", WORKED, "--yes", "--output", "json").ended(1)
    assert ran.outcomes["resourceGroup"] == "stale"
    assert cloud.arm.get(cloud.arm.group)["tags"] == {"theirs": "1"}
    cloud.applied(WORKED)


def test_a_group_that_appeared_after_the_last_look_is_named(
    cloud: Cloud, before_the_write_of: Callable[[str, Any], None]
) -> None:
    before_the_write_of("resourceGroup", lambda: cloud.arm.put(cloud.arm.group, {"location": "southcentralus"}))
    ran = cloud("apply", WORKED, "--yes", "--output", "json").ended(3)
    outcomes = ran.outcomes
    assert outcomes.pop("resourceGroup") == "overwrote"
    assert {*outcomes.values()} == {"done"}


def test_links_and_the_policy_of_the_instance_are_there_or_not(
    worked: Cloud, tmp_path: Path, before_the_write_of: Callable[[str, Any], None]
) -> None:
    """A link that is there already is what was wanted, and the instance's own policy always is."""
    path = written(tmp_path / "more.yaml", {"products": {"starter": {"apis": ["azureml-demo", "echo-api"]}}})
    before_the_write_of(f"{STARTER}/apis/echo-api", lambda: worked.arm.put(f"{STARTER}/apis/echo-api", {}))
    worked("apply", WORKED, "--overlay", path, "--yes").ended(0)
    path = written(tmp_path / "policy.yaml", {"service": {"policy": POLICY.format("ours")}})
    worked("apply", WORKED, "--overlay", path, "--yes").ended(0)


def test_a_collection_is_looked_at_once_and_not_where_this_run_made_it(worked: Cloud, tmp_path: Path) -> None:
    def operations(count: int) -> dict[str, Any]:
        return {f"n{one}": {"displayName": "N", "method": "GET", "urlTemplate": f"/n{one}"} for one in range(count)}

    new = {"displayName": "New", "path": "new", "operations": operations(30)}
    overlay = {"apis": {"azureml-demo": {"operations": operations(30)}, "new": new, "newer": {**new, "path": "newer"}}}
    words = (WORKED, "--overlay", written(tmp_path / "many.yaml", overlay))
    planned, seen = worked.watched("plan", *words)
    planned.ended(0)
    applied, sent = worked.watched("apply", *words, "--yes")
    applied.ended(0)
    before, after = (Counter(one.path for one in some if one.method == "GET") for some in (seen, sent))
    lists = {path: count for path, count in (after - before).items() if path.endswith(("/apis", "/operations"))}
    more = {path.partition("/service/")[2]: count for path, count in lists.items()}
    # The APIs, and the operations of the API that was there.
    assert more == {"demoazureml/apis": 1, f"demoazureml/{API}/operations": 1}


def conflicting(make: Callable[[str], dict[str, Any]]) -> tuple[dict[str, Any], dict[str, Any]]:
    return make("a"), make("b")


def listing(name: str) -> dict[str, Any]:
    operation = {"displayName": name, "method": "GET", "urlTemplate": "/l"}
    return {"apis": {"azureml-demo": {"operations": {"bes-list": operation}}}}


CONFLICTS = {
    "an API": conflicting(lambda name: {"apis": {"new": {"displayName": name, "path": "new"}}}),
    "an API's path": conflicting(lambda name: {"apis": {name: {"displayName": name, "path": "new"}}}),
    "a product": conflicting(lambda name: {"products": {"gold": {"displayName": name}}}),
    "an operation": conflicting(listing),
    "a policy": conflicting(lambda name: {"apis": {"azureml-demo": {"policy": POLICY.format(name)}}}),
    "a change": conflicting(lambda name: {"apis": {"azureml-demo": {"description": name}}}),
    "the instance": conflicting(lambda name: {"service": {"publisherName": name}}),
    "the group": conflicting(lambda name: {"resourceGroup": {"tags": {"owner": name}}}),
}


@pytest.mark.usefixtures("without_preconditions")
@pytest.mark.parametrize("late", [False, True], ids=["before the look", "after the look"])
@pytest.mark.parametrize("conflict", CONFLICTS)
def test_two_applies_that_contradict_each_other(
    worked: Cloud,
    tmp_path: Path,
    before_the_first_write: Callable[[Any], None],
    before_the_write_of: Callable[[str, Any], None],
    conflict: str,
    late: bool,
) -> None:
    """Held at its first write, the first one finds what the second did: not both can end as if nothing had been."""
    first, second = (written(tmp_path / f"{n}.yaml", one) for n, one in enumerate(CONFLICTS[conflict]))
    codes = []

    def other() -> None:
        codes.append(worked("apply", WORKED, "--overlay", second, "--yes").code)

    if late:
        before_the_write_of("", other)
    else:
        before_the_first_write(other)
    ran = worked("apply", WORKED, "--overlay", first, "--yes")
    assert codes == [0]
    if late and conflict in ("the instance", "the group"):
        # What was written, and seen to stand, between the last look and the write of the other leaves no trace in what
        # that is answered or reads later: only a precondition could tell, and for these two none is documented.
        return
    assert ran.code in (1, 3), str(ran)


@pytest.mark.usefixtures("without_preconditions")
@pytest.mark.parametrize("address", ["service", "resourceGroup"])
def test_two_that_wrote_at_once_the_one_that_was_overwritten_says_so(
    worked: Cloud, tmp_path: Path, after_the_write_of: Callable[[str, Any], None], address: str
) -> None:
    """Both have looked before either wrote: the later one can't know, and the look after the write tells the other."""
    changed = {"service": "the instance", "resourceGroup": "the group"}[address]
    first, second = (written(tmp_path / f"{n}.yaml", one) for n, one in enumerate(CONFLICTS[changed]))
    codes = []
    after_the_write_of(address, lambda: codes.append(worked("apply", WORKED, "--overlay", second, "--yes").code))
    ran = worked("apply", WORKED, "--overlay", first, "--yes", "--output", "json").ended(3)
    assert codes == [0]
    assert ran.outcomes == {address: "overwrote"}
    path = {"service": "publisherName", "resourceGroup": "tags.owner"}[address]
    assert f"{address} was written, and is not what was written: {path}" in ran.err


@pytest.mark.usefixtures("without_preconditions")
def test_after_a_lock_was_waited_out_the_instance_is_looked_at_again(
    worked: Cloud, tmp_path: Path, before_the_write_of: Callable[[str, Any], None]
) -> None:
    first, second = (written(tmp_path / f"{n}.yaml", one) for n, one in enumerate(CONFLICTS["the instance"]))

    def other() -> None:
        worked("apply", WORKED, "--overlay", second, "--yes").ended(0)
        worked.fault("PATCH", "/service/demoazureml$", 409, "ServiceLocked")

    before_the_write_of("service", other)
    ran = worked("apply", WORKED, "--overlay", first, "--yes", "--output", "json").ended(1)
    assert ran.outcomes == {"service": "stale"}
    assert worked.arm.get("")["properties"]["publisherName"] == "b"


@pytest.mark.parametrize("address", ["service", "resourceGroup"])
def test_what_others_change_beside_ours_after_the_write_is_theirs(
    worked: Cloud, tmp_path: Path, after_the_write_of: Callable[[str, Any], None], address: str
) -> None:
    overlay = written(tmp_path / "tags.yaml", {address: {"tags": {"owner": "us"}}})
    target = worked.arm.group if address == "resourceGroup" else ""
    after_the_write_of(address, lambda: worked.arm.patch(target, {"tags": {"owner": "us", "theirs": "1"}}))
    worked("apply", WORKED, "--overlay", overlay, "--yes").ended(0)


def test_a_replica_that_lags_behind_the_write_is_asked_again(worked: Cloud, tmp_path: Path) -> None:
    overlay = written(tmp_path / "name.yaml", {"service": {"publisherName": "us"}})
    worked.fault("PATCH", "/service/demoazureml$", stale_reads=2)
    worked("apply", WORKED, "--overlay", overlay, "--yes").ended(0)


def test_nothing_is_looked_at_again_where_neither_is_changed(worked: Cloud, tmp_path: Path) -> None:
    overlay = written(tmp_path / "api.yaml", {"apis": {"azureml-demo": {"description": "ours"}}})
    _, sent = worked.watched("apply", WORKED, "--overlay", overlay, "--yes")
    at = next(index for index, one in enumerate(sent) if one.method == "PUT")
    assert [one.path for one in sent[at + 1 :] if one.path.endswith("/demoazureml")] == []


@pytest.mark.usefixtures("without_preconditions")
@pytest.mark.parametrize("path", ["", "group"])
def test_what_others_put_beside_ours_stays(
    worked: Cloud, tmp_path: Path, before_the_first_write: Callable[[Any], None], path: str
) -> None:
    target, node = (worked.arm.group, "resourceGroup") if path else ("", "service")
    overlay = written(tmp_path / "tags.yaml", {node: {"tags": {"owner": "us"}}})
    before_the_first_write(lambda: worked.arm.patch(target, {"tags": {"theirs": "1"}}))
    worked("apply", WORKED, "--overlay", overlay, "--yes").ended(0)
    assert worked.arm.get(target)["tags"] == {"owner": "us", "theirs": "1"}


def test_the_instance_is_read_right_before_its_change_which_names_what_was_read(worked: Cloud, tmp_path: Path) -> None:
    overlay = written(tmp_path / "tags.yaml", {"service": {"tags": {"owner": "us"}}})
    _, sent = worked.watched("apply", WORKED, "--overlay", overlay, "--yes")
    at = next(index for index, one in enumerate(sent) if one.method == "PATCH")
    assert (sent[at - 1].method, sent[at - 1].path) == ("GET", sent[at].path)
    assert {key.lower(): value for key, value in sent[at].request_headers.items()}["if-match"].startswith('"')


def test_a_creation_that_was_sent_twice_has_met_itself(
    worked: Cloud, ours: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first PUT is answered 503 and lands after the look: the second one is answered 200, and nothing was lost."""
    gold, sent, send = "products/gold", list[str](), HTTPAdapter.send
    worked.fault("PUT", f"/{gold}$", 503, "ServiceUnavailable")

    def late(self: HTTPAdapter, request: Any, **options: Any) -> Any:
        if request.method == "PUT" and request.path_url.partition("?")[0].endswith(gold):
            sent.append(request.path_url)
            if len(sent) == 2:
                worked.arm.put(gold, {"properties": {"displayName": "Ours"}})
        return send(self, request, **options)

    monkeypatch.setattr(HTTPAdapter, "send", late)
    ran = worked("apply", *ours, "--yes", "--output", "json").ended(0)
    assert len(sent) == 2
    assert ran.outcomes[gold] == "done", str(ran)
