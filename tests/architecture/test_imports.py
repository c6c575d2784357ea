"""The arrows of the design, read from the sources: who may import whom, who may print, and how long things may be."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

from provision.kinds import KINDS, Kind, Shape
from provision.kinds.collections import collections

PACKAGE = Path(__file__).parents[2] / "provision"
SOURCES = sorted(PACKAGE.rglob("*.py"))

# Every module or package of `provision`, in the order of the flow. Each imports only those above it.
ORDER = (
    "errors",
    "address",
    "resource",
    "cloud",
    "secrecy",
    "document",
    "policyxml",
    "kinds",
    "schema",
    "complaints",
    "spec",
    "revisions",
    "desired",
    "sharing",
    "presence",
    "crawl",
    "observed",
    "current",
    "comparison",
    "survey",
    "losses",
    "diff",
    "between",
    "succession",
    "graph",
    "azure",
    "factory",
    "vanishing",
    "export",
    "adopting",
    "rotation",
    "hurdles",
    "plan",
    "bystanders",
    "guards",
    "teardown",
    "plan_file",
    "report",
    "schedule",
    "stop",
    "apply",
    "recheck",
    "render",
    "workflow",
    "cli",
    "__main__",
)
# What in `kinds` is of no one kind.
GENERIC = {
    f"provision.kinds.{name}"
    for name in (
        "__init__",
        "kind",
        "facts",
        "table",
        "walk",
        "canonical",
        "confidential",
        "combine",
        "bodies",
        "references",
        "collections",
    )
}
MUTABLE = (list, dict, set, bytearray)
LONGEST_MODULE, LONGEST_FUNCTION = 300, 40


def name_of(source: Path) -> str:
    """`provision.kinds.api` of its file."""
    parts = source.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def part_of(module: str) -> str:
    """`kinds` of `provision.kinds.api`; empty for the package itself."""
    return (*module.split("."), "")[1]


def parsed(source: Path) -> ast.Module:
    return ast.parse(source.read_text("utf-8"), str(source))


def imports(source: Path) -> set[str]:
    """Every module that a source imports, wherever the import stands, those for type checkers too."""
    found: set[str] = set()
    for node in ast.walk(parsed(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{source}:{node.lineno}: a relative import hides where it goes"
            module = node.module or ""
            inner = module.split(".")[0] == "provision"
            found |= {
                f"{module}.{alias.name}" if inner and _is_module(f"{module}.{alias.name}") else module
                for alias in node.names
            }
    return found


def _is_module(name: str) -> bool:
    path = PACKAGE.parent / Path(*name.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def ours(source: Path) -> set[str]:
    """The parts of `provision` that a source imports, beside its own."""
    found = {part_of(name) for name in imports(source) if name.split(".")[0] == "provision"}
    return found - {part_of(name_of(source)), ""}


each = pytest.mark.parametrize("source", SOURCES, ids=name_of)


def test_every_module_has_its_place_in_the_order() -> None:
    parts = {part_of(name_of(source)) for source in SOURCES} - {""}
    assert parts - {"emulator"} == set(ORDER)


@each
def test_imports_go_one_way(source: Path) -> None:
    part = part_of(name_of(source))
    if part in ("", "emulator"):
        assert ours(source) == set()
        return
    allowed = set(ORDER[: ORDER.index(part)]) | ({"emulator"} if part == "cli" else set())
    assert ours(source) - allowed == set(), f"{part} comes before what it imports"


@each
def test_azure_is_imported_in_one_package(source: Path) -> None:
    found = {name for name in imports(source) if name.split(".")[0] in ("azure", "msrest", "msal")}
    assert part_of(name_of(source)) == "azure" or not found


@pytest.mark.parametrize(
    "source", [one for one in SOURCES if part_of(name_of(one)) not in ("cli", "render")], ids=name_of
)
def test_only_cli_and_render_write_to_streams(source: Path) -> None:
    found = [
        f"{source.name}:{node.lineno}"
        for node in ast.walk(parsed(source))
        if (isinstance(node, ast.Name) and node.id == "print")
        or (isinstance(node, ast.Attribute) and node.attr in ("stdout", "stderr", "basicConfig"))
    ]
    assert found == []


STAGES = [one for one in SOURCES if name_of(one).count(".") == 1 and part_of(name_of(one)) not in ("kinds", "emulator")]


@pytest.mark.parametrize("source", STAGES, ids=name_of)
def test_no_stage_names_a_kind(source: Path) -> None:
    """What a stage has to know of a kind is a fact of that kind: only the roots are named."""
    roots = {kind.type for kind in KINDS if kind.shape is Shape.ROOT}
    names = {kind.type for kind in KINDS} | {one.name for one in collections()} - roots
    said = {node.value for node in ast.walk(parsed(source)) if isinstance(node, ast.Constant)}
    assert {one for one in said if isinstance(one, str)} & (names - roots) == set()
    of_one = {f"provision.kinds.{one.stem}" for one in (PACKAGE / "kinds").glob("*.py")} - GENERIC
    assert imports(source) & of_one == set()


def _can_be_undeclared(kind: Kind) -> bool:
    return kind.shape is Shape.MAP and kind.parent == "service" and kind.removable


def test_no_collection_is_told_twice() -> None:
    names = [one.name.lower() for one in collections()]
    assert sorted(names) == sorted(set(names))
    assert {kind.type.lower() for kind in KINDS if _can_be_undeclared(kind)} <= set(names)


def assigned(source: Path) -> set[str]:
    """The names that a module assigns on its top level."""
    found: set[str] = set()
    for node in parsed(source).body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        found |= {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}
    return found - {"__all__"}


@pytest.mark.parametrize("source", [one for one in SOURCES if assigned(one)], ids=name_of)
def test_modules_hold_no_mutable_state(source: Path) -> None:
    module = vars(importlib.import_module(name_of(source)))
    found = {name: type(module[name]).__name__ for name in assigned(source) if isinstance(module.get(name), MUTABLE)}
    assert found == {}, "a constant is a tuple, a frozenset or a MappingProxyType"


@each
def test_modules_are_short(source: Path) -> None:
    assert len(source.read_text("utf-8").splitlines()) <= LONGEST_MODULE


@each
def test_functions_are_short(source: Path) -> None:
    """Counted from the first statement: a command's signature is as long as its options are many."""
    found = {}
    for node in ast.walk(parsed(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
            lines = (body[-1].end_lineno or 0) - body[0].lineno + 1
            if lines > LONGEST_FUNCTION:
                found[f"{source.name}:{node.lineno} {node.name}"] = lines
    assert found == {}


@each
def test_resources_are_wrapped_at_the_wire_alone(source: Path) -> None:
    """Everywhere else they are flat: nobody but `azure` knows how ARM writes them."""
    assert part_of(name_of(source)) == "azure" or "provision.azure.wire" not in imports(source)


LIBRARIES = ("azure", "requests", "urllib3")


def private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def test_nothing_private_of_the_sdk_is_used() -> None:
    """It may change with any release. What a class has inherited counts: a private name has to be defined here."""
    trees = {source: parsed(source) for source in SOURCES if part_of(name_of(source)) == "azure"}
    nodes = [(source.name, node) for source, tree in trees.items() for node in ast.walk(tree)]
    own = {node.name for _, node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    own |= {node.id for _, node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    own |= {node.attr for _, node in nodes if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)}
    found = [f"{file}: {node.attr}" for file, node in nodes if isinstance(node, ast.Attribute) and private(node.attr)]
    used = [one for one in found if one.partition(": ")[2] not in own]
    theirs = {
        f"{source.name}: {name}"
        for source in trees
        for name in imports(source)
        if name.split(".")[0] in LIBRARIES and any(map(private, name.split(".")))
    }
    asked = {
        f"{file}: {one.name}"
        for file, node in nodes
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in LIBRARIES
        for one in node.names
        if private(one.name)
    }
    assert (used, theirs, asked) == ([], set(), set())
