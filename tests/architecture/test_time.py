"""No test depends on how fast the machine is: none sleeps, or asserts that something took less than some seconds."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from tests.conftest import PATIENCE, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

CLOCKS = frozenset({"monotonic", "perf_counter", "time", "monotonic_ns", "perf_counter_ns", "time_ns"})
WAITS = frozenset(
    {"wait", "communicate", "join", "acquire", "result"}
)  # their first argument may be a number of seconds


def limits(source: str) -> Iterator[str]:
    """What in a test has a fixed limit of time: the line, and why it won't do."""
    tree = ast.parse(source)
    paces = {id(one) for loop in ast.walk(tree) if isinstance(loop, ast.While) for one in ast.walk(loop.test)}
    for node in ast.walk(tree):
        if id(node) in paces:  # how often something is looked at or done until it is time
            continue
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="time"), attr="sleep")):
                yield f"{node.lineno}: sleeps: wait for what is to happen"
            case ast.keyword(arg="timeout", value=ast.Constant(value=int() | float() as seconds)) if seconds < PATIENCE:
                yield f"{node.lineno}: ends after {seconds} s: PATIENCE ends what hangs"
            case ast.Call(func=ast.Attribute(attr=name), args=[ast.Constant(value=int() | float())]) if name in WAITS:
                yield f"{node.lineno}: {name} ends after a fixed time: PATIENCE ends what hangs"
            case ast.Compare(ops=operators) if clocks(node) and any(type(one) is not ast.GtE for one in operators):
                yield f"{node.lineno}: must have been fast: count something instead"
            case ast.Assign(targets=[ast.Name(id="PATIENCE")]):
                yield f"{node.lineno}: a PATIENCE of its own: there is one"
            case ast.Call(func=ast.Name(id="settings")):
                yield from of_hypothesis(node)


def clocks(node: ast.AST) -> bool:
    """Whether an expression reads a clock of the wall."""
    calls = [one.func for one in ast.walk(node) if isinstance(one, ast.Call)]
    return any(isinstance(one, ast.Attribute) and one.attr in CLOCKS for one in calls)


def of_hypothesis(call: ast.Call) -> Iterator[str]:
    given = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
    if given.get("deadline", "None") != "None":
        yield f"{call.lineno}: examples have a deadline"
    checks = given.get("suppress_health_check", "too_slow")
    if "too_slow" not in checks and checks != "list(HealthCheck)":
        yield f"{call.lineno}: slow drawing fails it: suppress HealthCheck.too_slow too"


@pytest.mark.parametrize(
    "source",
    [
        "time.sleep(1)",
        "run(timeout=60)",
        "process.wait(5)",
        "PATIENCE = 60",
        "process.communicate(timeout=2.5)",
        "assert time.monotonic() - before < 2",
        "assert perf.perf_counter() - before <= limit",
        "assert 300 / (time.monotonic() - before) > 150",
        "@settings(deadline=200)\ndef f(): ...",
        "@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])\ndef f(): ...",
    ],
)
def test_a_limit_of_time_is_seen(source: str) -> None:
    assert list(limits(source))


@pytest.mark.parametrize(
    "source",
    [
        "process.communicate(timeout=PATIENCE)",
        "assert time.monotonic() - before >= 0.2",
        "event.wait(PATIENCE)",
        "while not event.wait(0.02): send()",
        "SimpleNamespace(monotonic=time.monotonic, sleep=slept.append)",
        "@settings(max_examples=3, suppress_health_check=[HealthCheck.too_slow])\ndef f(): ...",
    ],
)
def test_what_no_machine_is_too_slow_for_is_not(source: str) -> None:
    assert not list(limits(source))


def test_no_test_has_a_limit_of_time() -> None:
    assert PATIENCE >= 300, "an end for what hangs, however slow the machine"
    those = {ROOT / "tests" / "conftest.py", ROOT / "tests" / "architecture" / "test_time.py"}
    sources = sorted(set((ROOT / "tests").rglob("*.py")) - those)
    assert len(sources) > 50
    found = [f"{path.relative_to(ROOT)}:{one}" for path in sources for one in limits(path.read_text("utf-8"))]
    assert found == []
