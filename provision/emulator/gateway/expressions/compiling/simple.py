"""Expressions that are no chain: operators, casts, conditionals, lambdas, names."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions import operators, relations
from provision.emulator.gateway.expressions.collected import NetTuple
from provision.emulator.gateway.expressions.compiling.build import unbox
from provision.emulator.gateway.expressions.conversions import assigned, cast, default_of, is_type, thrown_as
from provision.emulator.gateway.expressions.errors import Refused
from provision.emulator.gateway.expressions.scope import Frame, Returned, frame_up
from provision.emulator.gateway.expressions.tree import content, named
from provision.emulator.gateway.expressions.values import Boxed, Lambda, TypeRef

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from provision.emulator.gateway.expressions.compiling.build import Builder
    from provision.emulator.gateway.expressions.scope import Code

ARITHMETIC, ORDER, BITS, SHIFTS = frozenset("+-*/%"), frozenset({"<", "<=", ">", ">="}), frozenset("&|^"), ("<<", ">>")


def _field(node: Node, name: str) -> Node:
    found = node.child_by_field_name(name)
    if found is None:
        raise Refused("The expression is not complete.")
    return found


def binary_of(builder: Builder, sign: str) -> Callable[[Any, Any, Any], Any]:
    """Return what does an operator: (runtime, left, right) -> value."""
    if sign in ARITHMETIC:
        checked = builder.checked
        return lambda rt, a, b: operators.arithmetic(rt, sign, a, b, checked=checked)
    if sign in ORDER:
        return lambda rt, a, b: relations.order(rt, sign, a, b)
    if sign == "==":
        return relations.equal
    if sign == "!=":
        return lambda rt, a, b: not relations.equal(rt, a, b, "!=")
    if sign in BITS:
        return lambda rt, a, b: operators.bits(rt, sign, a, b)
    if sign in SHIFTS:
        return lambda rt, a, b: operators.shift(rt, sign, a, b)
    raise Refused(f"The operator '{sign}' is not executed here.")


def _binary(builder: Builder, node: Node) -> Code:
    sign = content(node.child_by_field_name("operator"))
    if sign in ("&&", "||"):
        return _logical(builder, node, sign)
    left = builder.expression(_field(node, "left"))
    right = builder.expression(_field(node, "right"))
    if sign == "??":

        def coalesce(frame: Frame) -> Any:
            found = left(frame)
            return right(frame) if found is None or (type(found) is Boxed and found.value is None) else found

        return coalesce
    apply = binary_of(builder, sign)
    return builder.located(node, lambda frame: apply(frame.rt, left(frame), right(frame)))


def _logical(builder: Builder, node: Node, sign: str) -> Code:
    left, right = builder.truth(_field(node, "left")), builder.truth(_field(node, "right"))
    if sign == "&&":
        return lambda frame: left(frame) and right(frame)
    return lambda frame: left(frame) or right(frame)


def _prefix(builder: Builder, node: Node) -> Code:
    sign, operand = node.children[0].type, named(node)[-1]
    if sign in ("++", "--"):
        return builder.tables["step"](builder, node)
    if sign not in ("-", "+", "!", "~"):
        raise builder.refuse(node, f"The operator '{sign}' is not executed here.")
    if sign == "-" and operand.type == "integer_literal":
        text = content(operand).replace("_", "").lower()
        edge = {"2147483648": -(1 << 31)}.get(text)
        if edge is not None:
            return lambda _: edge
    code = builder.expression(operand)
    return builder.located(node, lambda frame: operators.negated(frame.rt, sign, code(frame)))


def _conditional(builder: Builder, node: Node) -> Code:
    test = builder.truth(_field(node, "condition"))
    yes, no = builder.expression(_field(node, "consequence")), builder.expression(_field(node, "alternative"))
    return lambda frame: yes(frame) if test(frame) else no(frame)


def _cast(builder: Builder, node: Node) -> Code:
    wanted, code = builder.type(_field(node, "type")), builder.expression(_field(node, "value"))
    return builder.located(node, lambda frame: cast(frame.rt.types, code(frame), wanted))


def _as(builder: Builder, node: Node) -> Code:
    wanted, code = builder.type(_field(node, "right")), builder.expression(_field(node, "left"))

    def run(frame: Frame) -> Any:
        found = code(frame)
        return unbox(found) if is_type(frame.rt.types, found, wanted) else None

    return run


def _is(builder: Builder, node: Node) -> Code:
    wanted, code = builder.type(_field(node, "right")), builder.expression(_field(node, "left"))
    return lambda frame: is_type(frame.rt.types, code(frame), wanted)


def _parenthesized(builder: Builder, node: Node) -> Code:
    return builder.expression(named(node)[0])


def _checked(builder: Builder, node: Node) -> Code:
    before, builder.checked = builder.checked, node.children[0].type == "checked"
    try:
        return builder.build(named(node)[0])
    finally:
        builder.checked = before


def _identifier(builder: Builder, node: Node) -> Code:
    name = content(node).removeprefix("@")
    found = builder.scope.find(name)
    if found is None:
        if name == "context":
            return lambda frame: frame.rt.context
        if builder.is_type(name):
            raise builder.refuse(node, f"'{name}' is a type, which is not valid in the given context")
        raise builder.refuse(node, f"The name '{name}' does not exist in the current context")
    up, at = found[0], builder.place(node)

    def read(frame: Frame) -> Any:
        names = frame_up(frame, up).names if up else frame.names
        if name not in names:
            raise Refused(f"Use of unassigned local variable '{name}'", at)
        return names[name]

    return read


def _lambda(builder: Builder, node: Node) -> Code:
    parameters = node.child_by_field_name("parameters")
    body = node.child_by_field_name("body") or next((one for one in named(node) if one.type == "block"), None)
    if body is None or any(one.type == "modifier" for one in node.children):
        raise builder.refuse(node, "Asynchronous functions are not executed here.")
    return function(builder, _parameters(builder, parameters), body)


def _parameters(builder: Builder, node: Node | None) -> list[tuple[Node, TypeRef | None]]:
    if node is None:
        return []
    if node.type == "implicit_parameter":
        return [(node, None)]
    found = []
    for one in named(node):
        kind = one.child_by_field_name("type")
        found.append((_field(one, "name"), None if kind is None else builder.type(kind)))
    return found


def function(builder: Builder, parameters: list[tuple[Node, TypeRef | None]], body: Node) -> Code:
    """Compile a function: the code makes a Lambda that remembers the frame it was made in."""
    with builder.inner(framed=True) as scope:
        names = []
        for one, ref in parameters:
            discarded = content(one) == "_"
            names.append("_" if discarded else builder.declare(one, ref))
            if discarded:
                scope.names["_"] = ref
        code = builder.expression(body) if body.type != "block" else builder.build(body)
    refs = [ref for _, ref in parameters]
    cost, statements = builder.weight(body), body.type == "block"

    def make(frame: Frame) -> Lambda:
        def call(*args: Any) -> Any:
            rt = frame.rt
            rt.step(cost)
            inner = Frame(rt, frame)
            for name, ref, value in zip(names, refs, args, strict=False):
                inner.names[name] = value if ref is None else assigned(rt.types, value, ref)
            found = code(inner)
            if statements:
                return unbox(found.value) if isinstance(found, Returned) else None
            return unbox(found)

        return Lambda(len(names), call)

    return make


def _throw(builder: Builder, node: Node) -> Code:
    code = builder.expression(named(node)[0])

    def run(frame: Frame) -> Any:
        raise thrown_as(unbox(code(frame)))

    return builder.located(node, run)


def _default(builder: Builder, node: Node) -> Code:
    kind = node.child_by_field_name("type")
    wanted = None if kind is None else builder.type(kind)
    return lambda frame: None if wanted is None else default_of(frame.rt.types, wanted)


def _tuple(builder: Builder, node: Node) -> Code:
    parts, names = [], []
    for one in named(node):
        label = one.child_by_field_name("name")
        names.append(content(label) if label is not None else "")
        parts.append(builder.expression(named(one)[-1]))
    shown = tuple(names)
    return lambda frame: NetTuple(tuple(unbox(part(frame)) for part in parts), shown)


SIMPLE: MappingProxyType[str, Callable[[Builder, Node], Code]] = MappingProxyType(
    {
        "binary_expression": _binary,
        "prefix_unary_expression": _prefix,
        "conditional_expression": _conditional,
        "cast_expression": _cast,
        "as_expression": _as,
        "is_expression": _is,
        "parenthesized_expression": _parenthesized,
        "checked_expression": _checked,
        "identifier": _identifier,
        "lambda_expression": _lambda,
        "anonymous_method_expression": _lambda,
        "throw_expression": _throw,
        "default_expression": _default,
        "tuple_expression": _tuple,
    }
)
