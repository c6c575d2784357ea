"""What stands behind `is`, `case` and in the arms of `switch`."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions import relations
from provision.emulator.gateway.expressions.collected import identity
from provision.emulator.gateway.expressions.compiling.assignments import parts_of
from provision.emulator.gateway.expressions.compiling.build import unbox
from provision.emulator.gateway.expressions.compiling.chains import field_of
from provision.emulator.gateway.expressions.conversions import is_type, number
from provision.emulator.gateway.expressions.errors import Refused, Thrown
from provision.emulator.gateway.expressions.operators import promoted
from provision.emulator.gateway.expressions.tree import content, named
from provision.emulator.gateway.expressions.values import NUMBERS, Boxed, Char

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from provision.emulator.gateway.expressions.compiling.build import Builder
    from provision.emulator.gateway.expressions.scope import Code, Frame

    Test = Callable[[Frame, Any], bool]


def pattern(builder: Builder, node: Node) -> Test:
    """Compile a pattern to a test of a value."""
    make = PATTERNS.get(node.type)
    if make is None:
        raise builder.refuse(node, f"'{node.type.replace('_', ' ')}' is not executed here: {content(node)[:40]}")
    return make(builder, node)


def _constant(builder: Builder, node: Node) -> Test:
    inner = named(node)[0]
    if inner.type in ("identifier", "member_access_expression", "generic_name", "predefined_type"):
        text = content(inner)
        if builder.scope.find(text) is None and builder.is_type(text):
            wanted = builder.type(inner)
            return lambda frame, value: is_type(frame.rt.types, value, wanted)
    code = builder.expression(inner)
    return lambda frame, value: same(value, code(frame))


def same(value: Any, constant: Any) -> bool:
    """Compare as a constant pattern does: an object by its own type, a number after promotion."""
    if type(value) is not Boxed and type(value) is not type(constant):
        a, b = type(value), type(constant)
        if (a in NUMBERS or a is Char) and (b in NUMBERS or b is Char):
            kind = promoted(a, b)
            return kind is not None and bool(number(value, kind) == number(constant, kind))
    return bool(identity(value) == identity(constant))


def _declaration(builder: Builder, node: Node) -> Test:
    kind, label = node.child_by_field_name("type"), node.child_by_field_name("name")
    wanted = builder.type(kind)
    name = None if label is None or content(label) == "_" else builder.declare(label, wanted)

    def test(frame: Frame, value: Any) -> bool:
        if not is_type(frame.rt.types, value, wanted):
            return False
        if name is not None:
            frame.names[name] = unbox(value)
        return True

    return test


def _type(builder: Builder, node: Node) -> Test:
    wanted = builder.type(named(node)[0])
    return lambda frame, value: is_type(frame.rt.types, value, wanted)


def _var(builder: Builder, node: Node) -> Test:
    label = named(node)[-1]
    if label.type != "identifier":
        raise builder.refuse(node, "This pattern is not executed here.")
    name = builder.declare(label)

    def test(frame: Frame, value: Any) -> bool:
        frame.names[name] = value
        return True

    return test


def _relational(builder: Builder, node: Node) -> Test:
    sign, code = node.children[0].type, builder.expression(named(node)[0])

    def test(frame: Frame, value: Any) -> bool:
        value = unbox(value)
        return value is not None and relations.order(frame.rt, sign, value, code(frame))

    return test


def _negated(builder: Builder, node: Node) -> Test:
    inner = pattern(builder, named(node)[-1])
    return lambda frame, value: not inner(frame, value)


def _both(builder: Builder, node: Node) -> Test:
    left, right = (pattern(builder, one) for one in _sides(node))
    return lambda frame, value: left(frame, value) and right(frame, value)


def _either(builder: Builder, node: Node) -> Test:
    left, right = (pattern(builder, one) for one in _sides(node))
    return lambda frame, value: left(frame, value) or right(frame, value)


def _sides(node: Node) -> tuple[Node, Node]:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if left is None or right is None:
        raise Refused("The pattern is not complete.")
    return left, right


def _recursive(builder: Builder, node: Node) -> Test:
    """`Type { Property: pattern, ... } name`."""
    kind, label = node.child_by_field_name("type"), node.child_by_field_name("name")
    wanted = builder.type(kind) if kind is not None else None
    tests: list[tuple[str, Test]] = []
    for clause in named(node):
        if clause.type == "positional_pattern_clause":
            raise builder.refuse(node, "Positional patterns are not executed here.")
        if clause.type == "property_pattern_clause":
            for one in named(clause):
                parts = named(one)
                tests.append((content(parts[0]), pattern(builder, parts[-1])))
    name = None if label is None else builder.declare(label, wanted)

    def test(frame: Frame, value: Any) -> bool:
        inner = unbox(value)
        if inner is None or (wanted is not None and not is_type(frame.rt.types, value, wanted)):
            return False
        if not all(one(frame, field_of(frame, inner, member)) for member, one in tests):
            return False
        if name is not None:
            frame.names[name] = inner
        return True

    return test


def _tuple(builder: Builder, node: Node) -> Test:
    tests = [pattern(builder, named(one)[-1]) for one in named(node)]

    def test(frame: Frame, value: Any) -> bool:
        return all(one(frame, item) for one, item in zip(tests, parts_of(unbox(value), len(tests)), strict=True))

    return test


def _is(builder: Builder, node: Node) -> Code:
    code = builder.expression(node.child_by_field_name("expression"))
    wanted = node.child_by_field_name("pattern")
    if wanted is None:
        raise builder.refuse(node, "The pattern is not complete.")
    test = pattern(builder, wanted)
    return builder.located(node, lambda frame: test(frame, code(frame)))


def _switch(builder: Builder, node: Node) -> Code:
    code = builder.expression(named(node)[0])
    arms: list[tuple[Test, Code | None, Code]] = []
    for arm in named(node)[1:]:
        parts = named(arm)
        with builder.inner():
            test = pattern(builder, parts[0])
            guard = builder.truth(named(parts[1])[0]) if parts[1].type == "when_clause" else None
            arms.append((test, guard, builder.expression(parts[-1])))

    def run(frame: Frame) -> Any:
        value = code(frame)
        for test, guard, result in arms:
            if test(frame, value) and (guard is None or guard(frame)):
                return result(frame)
        raise Thrown("SwitchExpressionException", "Non-exhaustive switch expression failed to match its input.")

    return builder.located(node, run)


PATTERNS: MappingProxyType[str, Callable[[Builder, Node], Test]] = MappingProxyType(
    {
        "constant_pattern": _constant,
        "declaration_pattern": _declaration,
        "type_pattern": _type,
        "var_pattern": _var,
        "relational_pattern": _relational,
        "negated_pattern": _negated,
        "and_pattern": _both,
        "or_pattern": _either,
        "recursive_pattern": _recursive,
        "parenthesized_pattern": lambda builder, node: pattern(builder, named(node)[0]),
        "discard": lambda _, __: lambda _, __: True,
        "tuple_pattern": _tuple,
    }
)
MATCHING: MappingProxyType[str, Callable[[Builder, Node], Code]] = MappingProxyType(
    {"is_pattern_expression": _is, "switch_expression": _switch}
)
