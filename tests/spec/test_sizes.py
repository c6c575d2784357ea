"""Inputs of any size: each is refused, or taken, in a few clear lines, and with work that grows no faster than it."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from provision import spec
from provision.address import Scope
from provision.errors import LISTED, PlanError, SpecError
from provision.guards import feasible
from provision.plan import Plan
from provision.policyxml import canonical, check
from provision.policyxml.parser import Parser

if TYPE_CHECKING:
    from collections.abc import Callable

HEAD = """\
spec: 1
resourceGroup: {name: demo, location: westeurope}
service: {name: demo, sku: {name: Developer, capacity: 1}, publisherName: Demo, publisherEmail: a@example.com}
"""
TIMES = 8  # a second input is so much larger
LINEAR = 30  # and may take so much longer: eight times would be linear, 64 times quadratic


def product(text: str) -> str:
    return HEAD + f"products:\n  p:\n    displayName: P\n{text}"


def described(text: str) -> str:
    return product(f"    description: '{text}'\n")


def refused(text: str, folder: Path) -> SpecError:
    (folder / "spec.yaml").write_text(text, "utf-8")
    with pytest.raises(SpecError) as caught:
        spec.load(Path("spec.yaml"), environ={})
    return caught.value


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


MANY: dict[str, tuple[Callable[[int], str], int, str]] = {
    "dollars": (lambda n: described("$$" * n), 500_000, "description has 500000 characters · at most 1000"),
    "openings": (lambda n: described("${" * n), 20_000, "malformed variable ${${${"),
    "unset": (lambda n: described("${NOPE}" * n), 2_000, "the variable NOPE is not set · it has no default"),
    "unset secrets": (lambda n: described("${secret:NOPE}" * n), 2_000, "the variable NOPE is not set"),
    "defaults": (lambda n: described("${A:-" * n), 2_000, "malformed variable ${A:-${A:-"),
    "unknown": (lambda n: HEAD + "".join(f"zz{i}: 1\n" for i in range(n)), 3_000, "unknown key 'zz0'"),
    "misspelt": (
        lambda n: product("".join(f"    descripton{i}: x\n" for i in range(n))),
        2_000,
        "unknown key 'descripton0' · products.p has no such property · did you mean description?",
    ),
    "dangling": (
        lambda n: (
            product(f"    apis: [{', '.join(f'apj-{i}' for i in range(n))}]\n")
            + "apis:\n"
            + "".join(f"  api-{i}: {{displayName: A, path: a{i}}}\n" for i in range(n))
        ),
        1_000,
        "there is no API 'apj-0' · apis doesn't declare it · did you mean api-9",
    ),
    "rules": (
        lambda n: product(f"    lifecycle: {{ignore_changes: [{', '.join(f'descripton{i}' for i in range(n))}]}}\n"),
        2_000,
        "there is no property 'descripton0' to ignore · did you mean description?",
    ),
    "twice": (lambda n: product("    terms: a\n" * n), 2_000, 'the key "terms" is here twice'),
    "one path": (
        lambda n: HEAD + "apis:\n" + "".join(f"  a{i}: {{displayName: A, path: x}}\n" for i in range(n)),
        1_000,
        "the same path as apis/a0",
    ),
}


@pytest.mark.parametrize("name", MANY)
def test_the_first_hundred_problems_are_told_and_the_rest_is_counted(folder: Path, name: str) -> None:
    make, count, first = MANY[name]
    error = refused(make(count), folder)
    lines = str(error).splitlines()
    assert first in lines[0]
    assert len(str(error)) < 40_000
    if name == "dollars":
        assert len(lines) == 1
        return
    assert len(lines) == LISTED + 1
    assert abs(error.more + LISTED - count) <= 1
    assert lines[-1] == f"and {error.more:,} more: they are told when these are mended"


def test_the_problems_of_several_stages_are_counted_together(folder: Path) -> None:
    unset = "".join(f"  a{i}: {{displayName: '${{NOPE}}', path: 'p{i}', descripton: x}}\n" for i in range(80))
    (folder / "p.xml").write_text("<policies><inbound>" + "& " * 80 + "</inbound></policies>", "utf-8")
    error = refused(HEAD + f"policies: 1\nproducts: {{p: {{displayName: P, policy: p.xml}}}}\napis:\n{unset}", folder)
    assert len(error.problems) == LISTED
    assert error.more == 80 * 3 + 2 - LISTED  # and text directly in <inbound>
    assert {one.mark.file for one in error.problems} == {"spec.yaml"}  # file after file


POLICIES: dict[str, tuple[Callable[[int], str], int]] = {
    "open expressions in text": (lambda n: "<a>y @(</a>" * n, 1_000),
    "open expressions in attributes": (lambda n: '<a x="y @("/>' * n, 1_000),
    "open expressions in every other string": (lambda n: "<a>y @( \"</a><a b='@(' />" * n, 500),
    "open comments of C#": (lambda n: "<a>y @(/* </a>" * n, 1_000),
    "open strings of C#": (lambda n: "<a>y @(' </a><a>y @($'{ </a>" * n, 1_000),
    "open holes of strings": (lambda n: '<a>y @($"{ (</a>' * n, 1_000),
    "ampersands": (lambda n: "<a>" + "& " * n + "</a>", 10_000),
    "attributes": (lambda n: "<a " + " ".join(f'a{i}="1"' for i in range(n)) + "/>", 2_000),
    "sections of text": (lambda n: "<a>" + "<![CDATA[x]]>" * n + "</a>", 5_000),
    "brackets on lines of their own": (lambda n: "<a>@" + "(\n" * n + ")" * n + "</a>", 1_000),
    "expressions": (lambda n: "<a>@(x + 1) @{ return 1; }</a>" * n, 500),
}


def took(work: Callable[[], object]) -> float:
    """Seconds of the processor, the least of three."""
    found = []
    for _ in range(3):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found)


@pytest.mark.parametrize("name", POLICIES)
@pytest.mark.parametrize("work", [canonical, lambda text: check(text, "p.xml")], ids=["canonical", "check"])
def test_the_work_on_a_policy_grows_with_its_length(name: str, work: Callable[[str], object]) -> None:
    make, count = POLICIES[name]
    small, large = (f"<policies><inbound>{make(n)}</inbound></policies>" for n in (count, count * TIMES))
    assert took(lambda: work(large)) < LINEAR * max(took(lambda: work(small)), 0.001)


def test_what_has_no_end_is_read_once() -> None:
    text = "<policies><inbound>" + "<a>y @(</a>" * 2_500 + "</inbound></policies>"
    parser = Parser(text)
    parser.parse()
    assert parser.effort < 2 * len(text)


def test_a_policy_of_which_nobody_can_tell_the_ends_is_given_up() -> None:
    # Each expression is read to the end, and its brackets are other ones than those of the next.
    text = "<a>" + "".join(f'@( {"x" * n}"' for n in range(3_000)) + "</a>"
    parser = Parser(text)
    parser.parse()
    assert parser.effort < 60 * len(text)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("/dev/zero", "is no file, but a device or a pipe"),
        ("fifo", "is no file, but a device or a pipe"),
        ("folder", "is a directory"),
        ("huge.xml", "is larger than 4 MiB"),
        ("none.xml", "no such file or directory"),
    ],
)
def test_a_policy_is_a_file_of_a_sensible_size(folder: Path, name: str, why: str) -> None:
    os.mkfifo("fifo")
    Path("folder").mkdir()
    with Path("huge.xml").open("wb") as file:
        file.truncate(1 << 30)
    (said,) = str(refused(product(f"    policy: {name}\n"), folder)).splitlines()
    assert said.startswith(f"spec.yaml:7:13: the policy file '{name}' can't be read · {why} · ")


@pytest.mark.parametrize("value", [f"0x{'f' * 300}", "2147483648", "-2147483649", "9" * 4000, f"'{'9' * 5000}'"])
def test_a_number_has_a_range(folder: Path, value: str) -> None:
    (said,) = str(refused(product(f"    subscriptionsLimit: {value}\n"), folder)).splitlines()
    assert said.startswith("spec.yaml:7:25: subscriptionsLimit ")
    assert len(said) < 300


def test_a_long_name_or_value_is_cut(folder: Path) -> None:
    long = "k" * 1_000_000
    assert len(str(refused(HEAD + f'? "{long}"\n: 1\n', folder))) < 1_000
    assert len(str(refused(product(f"    state: {long}\n"), folder))) < 1_000
    assert len(str(refused(product(f"    apis: [{long}]\n"), folder))) < 1_000


def test_a_spec_that_never_ends_is_refused() -> None:
    with pytest.raises(SpecError, match="the file is larger than 64 MiB"):
        spec.load(Path("/dev/zero"), environ={})


def test_what_stops_a_plan_is_listed_alike() -> None:
    plan = Plan(Scope("0", "g", "s"), (), obstacles=tuple(f"obstacle {number}" for number in range(5_000)))
    with pytest.raises(PlanError) as caught:
        feasible(plan)
    lines = str(caught.value).splitlines()
    assert lines[0] == "obstacle 0"
    assert lines[LISTED:] == [f"and {5_000 - LISTED:,} more: they are told when these are mended"]
