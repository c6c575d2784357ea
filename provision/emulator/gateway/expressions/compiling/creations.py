"""What `new` makes."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions import members
from provision.emulator.gateway.expressions.arrays import array_of, common
from provision.emulator.gateway.expressions.collected import Anonymous, NetArray
from provision.emulator.gateway.expressions.compiling.build import unbox
from provision.emulator.gateway.expressions.compiling.chains import Arguments, arguments
from provision.emulator.gateway.expressions.conversions import default_of
from provision.emulator.gateway.expressions.errors import Refused, overflow
from provision.emulator.gateway.expressions.tree import content, named

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from provision.emulator.gateway.expressions.compiling.build import Builder
    from provision.emulator.gateway.expressions.scope import Code, Frame
    from provision.emulator.gateway.expressions.values import TypeRef

    Fill = Callable[[Frame, Any], None]


def _object(builder: Builder, node: Node) -> Code:
    kind, filled = node.child_by_field_name("type"), node.child_by_field_name("initializer")
    wanted = builder.type(kind)
    family = builder.types.by_name.get(wanted.name)
    if family is None or "new" not in family.members:
        raise builder.refuse(node, f"'{wanted}' can't be made by an expression")
    known = family
    given = arguments(builder, node.child_by_field_name("arguments"))
    fill = _filling(builder, filled) if filled is not None else None

    def run(frame: Frame) -> Any:
        made = members.construct(frame.rt, known, given.values(frame), given.names, wanted.args)
        if fill is not None:
            fill(frame, made)
        return made

    return builder.located(node, run)


def _filling(builder: Builder, node: Node) -> Fill:
    """Compile `{ ... }` behind a `new`."""
    steps = [_filler(builder, one) for one in named(node)]

    def run(frame: Frame, made: Any) -> None:
        for step in steps:
            step(frame, made)

    return run


def _filler(builder: Builder, node: Node) -> Fill:
    if node.type == "assignment_expression":
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None or right.type == "initializer_expression":
            raise builder.refuse(node, "This initializer is not executed here.")
        code = builder.expression(right)
        if left.type == "element_binding_expression":
            found = arguments(builder, left)
            return lambda frame, made: members.put_index(frame.rt, made, found.values(frame), code(frame))
        name = content(left)
        return lambda frame, made: members.put(frame.rt, made, name, code(frame))
    parts = named(node) if node.type == "initializer_expression" else [node]
    codes = tuple(builder.expression(one) for one in parts)
    given = Arguments(codes, ("",) * len(codes))

    def add(frame: Frame, made: Any) -> None:
        members.invoke(frame.rt, made, "Add", given.values(frame), given.names, ())

    return add


def array_code(builder: Builder, element: TypeRef | None, node: Node) -> Code:
    """Compile `{ a, b }` as an array; of no given element type, of what the items have in common."""
    codes = [
        array_code(builder, element.args[0] if element is not None else None, one)
        if one.type == "initializer_expression" and (element is None or element.name == "[]")
        else builder.expression(one)
        for one in named(node)
    ]

    def run(frame: Frame) -> Any:
        items = [code(frame) for code in codes]
        return array_of(frame.rt, element or common(frame.rt, [unbox(one) for one in items]), items)

    return builder.located(node, run)


def _array(builder: Builder, node: Node) -> Code:
    kind = node.child_by_field_name("type")
    if kind is None:
        raise Refused("A type was expected.")
    element = builder.type(kind).args[0]
    filled = next((one for one in named(node) if one.type == "initializer_expression"), None)
    if filled is not None:
        return array_code(builder, element, filled)
    rank = kind.child_by_field_name("rank")
    sizes = [] if rank is None else named(rank)
    if len(sizes) != 1:
        raise builder.refuse(node, "Only arrays of one dimension are executed here.")
    size = builder.expression(sizes[0])

    def run(frame: Frame) -> Any:
        count = unbox(size(frame))
        if type(count) is not int:
            raise Refused("The size of an array must be an int")
        if count < 0:
            raise overflow()
        if element.name == "Byte":
            return bytearray(frame.rt.spend(count))
        frame.rt.hold(count)
        return NetArray(element, [default_of(frame.rt.types, element)] * count)

    return builder.located(node, run)


def _implicit_array(builder: Builder, node: Node) -> Code:
    return array_code(builder, None, named(node)[-1])


def _anonymous(builder: Builder, node: Node) -> Code:
    fields: list[tuple[str, Code]] = []
    children, at = [one for one in node.children if one.type not in ("new", "{", "}", ",", "comment")], 0
    while at < len(children):
        if at + 1 < len(children) and children[at + 1].type == "=":
            fields.append((content(children[at]), builder.expression(children[at + 2])))
            at += 3
            continue
        fields.append((content(children[at]).rpartition(".")[2], builder.expression(children[at])))
        at += 1
    return lambda frame: Anonymous({name: unbox(code(frame)) for name, code in fields})


def _typeof(builder: Builder, node: Node) -> Code:
    wanted = builder.type(node.child_by_field_name("type"))
    return lambda _: wanted


CREATIONS: MappingProxyType[str, Callable[[Builder, Node], Code]] = MappingProxyType(
    {
        "object_creation_expression": _object,
        "array_creation_expression": _array,
        "implicit_array_creation_expression": _implicit_array,
        "anonymous_object_creation_expression": _anonymous,
        "typeof_expression": _typeof,
    }
)
