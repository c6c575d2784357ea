"""Queries: `from x in xs where … select …`. A row is a frame that holds the variables of the query."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.collected import identity
from provision.emulator.gateway.expressions.compiling.build import unbox
from provision.emulator.gateway.expressions.dotnet.groups import Group
from provision.emulator.gateway.expressions.dotnet.ordering import ordered, sort_key
from provision.emulator.gateway.expressions.runtime import Seq
from provision.emulator.gateway.expressions.scope import Frame
from provision.emulator.gateway.expressions.tree import content, named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tree_sitter import Node

    from provision.emulator.gateway.expressions.compiling.build import Builder
    from provision.emulator.gateway.expressions.scope import Code

    Rows = Iterable[Frame]
    Clause = Callable[[Rows], Rows]


def _row(frame: Frame, name: str, value: Any) -> Frame:
    row = Frame(frame.rt, frame.parent)
    row.names = {**frame.names, name: value}
    frame.rt.spend(len(row.names))
    return row


def _from(builder: Builder, node: Node) -> Clause:
    label, source = named(node)[-2], builder.expression(named(node)[-1])
    name = builder.declare(label)
    return lambda rows: (_row(row, name, item) for row in rows for item in row.rt.each(unbox(source(row))))


def _where(builder: Builder, node: Node) -> Clause:
    test = builder.truth(named(node)[0])
    return lambda rows: (row for row in rows if test(row))


def _let(builder: Builder, node: Node) -> Clause:
    label, value = named(node)
    code = builder.expression(value)
    name = builder.declare(label)
    return lambda rows: (_row(row, name, code(row)) for row in rows)


def _order(builder: Builder, node: Node) -> Clause:
    keys: list[tuple[Code, bool]] = []
    for child in node.children:
        if child.type == "descending" and keys:
            keys[-1] = (keys[-1][0], True)
        elif child.is_named and child.type != "comment":
            keys.append((builder.expression(child), False))

    def run(rows: Rows) -> Rows:
        listed = list(rows)
        for code, descending in reversed(keys):
            values = [sort_key(code(row), None) for row in listed]
            listed = [listed[at] for at in ordered(values, descending=descending)]
        return listed

    return run


def _join(builder: Builder, node: Node) -> Clause:
    parts = [one for one in named(node) if one.type != "join_into_clause"]
    if len(parts) != len(named(node)) or len(parts) < 4:  # noqa: PLR2004 - name, source, both keys
        raise builder.refuse(node, "'join … into' is not executed here.")
    label, source, outer, inner = parts[-4:]
    values, outer_key = builder.expression(source), builder.expression(outer)
    name = builder.declare(label)
    inner_key = builder.expression(inner)

    def run(rows: Rows) -> Iterator[Frame]:
        for row in rows:
            wanted = identity(outer_key(row))
            for item in row.rt.each(unbox(values(row))):
                other = _row(row, name, item)
                if identity(inner_key(other)) == wanted:
                    yield other

    return run


CLAUSES: MappingProxyType[str, Callable[[Builder, Node], Clause]] = MappingProxyType(
    {"from_clause": _from, "where_clause": _where, "let_clause": _let, "order_by_clause": _order, "join_clause": _join}
)


def _end(builder: Builder, node: Node) -> Callable[[Rows], Iterator[Any]]:
    """Compile `select` or `group … by`."""
    if node.type == "select_clause":
        code = builder.expression(named(node)[0])
        return lambda rows: (unbox(code(row)) for row in rows)
    if node.type != "group_clause":
        raise builder.refuse(node, f"'{content(node)[:40]}' is not executed here.")
    value, key = (builder.expression(one) for one in named(node))

    def run(rows: Rows) -> Iterator[Any]:
        groups: dict[Any, Group] = {}
        for row in rows:
            found = unbox(key(row))
            groups.setdefault(identity(found), Group(found)).items.append(unbox(value(row)))
        return iter(groups.values())

    return run


def _query(builder: Builder, node: Node) -> Code:
    parts = named(node)
    with builder.inner(framed=True):
        clauses: list[Clause] = []
        for one in parts[:-1]:
            make = CLAUSES.get(one.type)
            if make is None:
                raise builder.refuse(one, f"'{content(one)[:40]}' is not executed here.")
            clauses.append(make(builder, one))
        end = _end(builder, parts[-1])

    def run(frame: Frame) -> Seq:
        def make() -> Iterator[Any]:
            rows: Rows = [Frame(frame.rt, frame)]
            for clause in clauses:
                rows = clause(rows)
            return end(rows)

        return Seq(make)

    return builder.located(node, run)


QUERIES: MappingProxyType[str, Callable[[Builder, Node], Code]] = MappingProxyType({"query_expression": _query})
