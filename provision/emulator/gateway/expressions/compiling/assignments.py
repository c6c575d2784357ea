"""What writes: assignments of every kind, `++` and `--`."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions import members
from provision.emulator.gateway.expressions.collected import NetTuple
from provision.emulator.gateway.expressions.compiling.build import unbox
from provision.emulator.gateway.expressions.compiling.chains import arguments, field_of
from provision.emulator.gateway.expressions.compiling.simple import binary_of
from provision.emulator.gateway.expressions.conversions import assigned, number
from provision.emulator.gateway.expressions.errors import Refused
from provision.emulator.gateway.expressions.scope import frame_up
from provision.emulator.gateway.expressions.tree import content, named
from provision.emulator.gateway.expressions.values import NUMBERS, Boxed, Char, TypeRef

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from provision.emulator.gateway.expressions.compiling.build import Builder
    from provision.emulator.gateway.expressions.scope import Code, Frame

    # What an assignment's left side does once its own parts are evaluated: read, and write.
    Place = tuple[Callable[[], Any], Callable[[Any], Any]]
    Target = Callable[[Frame], Place]


def _target(builder: Builder, node: Node) -> Target:
    if node.type == "identifier":
        return _variable(builder, node)
    if node.type == "element_access_expression":
        inner = node.child_by_field_name("expression")
        code = builder.expression(inner)
        found = arguments(builder, node.child_by_field_name("subscript"))

        def element(frame: Frame) -> Place:
            value, args = code(frame), found.values(frame)

            def store(new: Any) -> Any:
                members.put_index(frame.rt, value, args, new)
                return new

            return lambda: members.invoke(frame.rt, value, "this", args, found.names, ()), store

        return element
    if node.type == "member_access_expression":
        code = builder.expression(node.child_by_field_name("expression"))
        name = content(node.child_by_field_name("name"))

        def field(frame: Frame) -> Place:
            value = code(frame)

            def store(new: Any) -> Any:
                members.put(frame.rt, value, name, new)
                return new

            return lambda: field_of(frame, value, name), store

        return field
    raise builder.refuse(node, "The left-hand side of an assignment must be a variable, property or indexer")


def _variable(builder: Builder, node: Node) -> Target:
    name = content(node).removeprefix("@")
    found = builder.scope.find(name)
    if found is None:
        raise builder.refuse(node, f"The name '{name}' does not exist in the current context")
    up, ref = found
    at = builder.place(node)

    def place(frame: Frame) -> Place:
        names = frame_up(frame, up).names

        def load() -> Any:
            if name not in names:
                raise Refused(f"Use of unassigned local variable '{name}'", at)
            return names[name]

        def store(new: Any) -> Any:
            names[name] = kept(frame, names.get(name), new, ref)
            return names[name]

        return load, store

    return place


def kept(frame: Frame, old: Any, new: Any, ref: TypeRef | None) -> Any:
    """Return a value as a variable keeps it: one declared by `var` has the type of its first value."""
    if ref is not None:
        return assigned(frame.rt.types, new, ref)
    if type(old) in NUMBERS and type(new) is not type(old):
        return assigned(frame.rt.types, new, TypeRef(frame.rt.types.of(old).name, nullable=True))
    return Boxed(new) if type(old) is Boxed and type(new) is not Boxed else new


def _assignment(builder: Builder, node: Node) -> Code:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    sign = content(node.child_by_field_name("operator"))
    if left is None or right is None:
        raise builder.refuse(node, "The expression is not complete.")
    if left.type == "tuple_expression":
        return _deconstruction(builder, left, right)
    target = _target(builder, left)
    code = builder.expression(right)
    if sign == "=":

        def plain_store(frame: Frame) -> Any:
            _, store = target(frame)
            return store(code(frame))

        return builder.located(node, plain_store)
    if sign == "??=":

        def coalesce(frame: Frame) -> Any:
            load, store = target(frame)
            old = load()
            return store(code(frame)) if unbox(old) is None else old

        return builder.located(node, coalesce)
    apply = binary_of(builder, sign[:-1])

    def compound(frame: Frame) -> Any:
        load, store = target(frame)
        old = load()
        return store(_narrowed(old, apply(frame.rt, old, code(frame))))

    return builder.located(node, compound)


def _narrowed(old: Any, new: Any) -> Any:
    """A compound assignment casts its result back."""
    if type(old) is not type(new) and type(new) in NUMBERS and (type(old) in NUMBERS or type(old) is Char):
        return number(new, type(old))
    return new


def _deconstruction(builder: Builder, left: Node, right: Node) -> Code:
    targets = [_target(builder, named(one)[-1]) for one in named(left)]
    code = builder.expression(right)

    def run(frame: Frame) -> Any:
        value = unbox(code(frame))
        for target, item in zip(targets, parts_of(value, len(targets)), strict=True):
            target(frame)[1](item)
        return value

    return builder.located(left, run)


def parts_of(value: Any, count: int) -> tuple[Any, ...]:
    """Return a tuple's or a pair's items."""
    items = value.items if isinstance(value, NetTuple) else getattr(value, "parts", None)
    if items is None or len(items) != count:
        raise Refused(f"The value can't be taken apart into {count} variables")
    return tuple(items)


def _step(builder: Builder, node: Node) -> Code:
    operand = named(node)[0]
    sign = next(one.type for one in node.children if not one.is_named)
    if sign == "!":
        return builder.expression(operand)
    prefix = node.type == "prefix_unary_expression"
    target = _target(builder, operand)
    apply = binary_of(builder, sign[0])

    def run(frame: Frame) -> Any:
        load, store = target(frame)
        old = load()
        new = store(_narrowed(old, apply(frame.rt, old, 1)))
        return new if prefix else old

    return builder.located(node, run)


ASSIGNMENTS: MappingProxyType[str, Callable[[Builder, Node], Code]] = MappingProxyType(
    {"assignment_expression": _assignment, "postfix_unary_expression": _step, "step": _step}
)
