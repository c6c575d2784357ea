"""Statements of `@{ ... }`. A statement's code returns None to go on, or the signal by which it ends."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.compiling.assignments import parts_of
from provision.emulator.gateway.expressions.compiling.build import unbox
from provision.emulator.gateway.expressions.compiling.creations import array_code
from provision.emulator.gateway.expressions.compiling.simple import function
from provision.emulator.gateway.expressions.conversions import assigned, thrown_as
from provision.emulator.gateway.expressions.errors import Refused
from provision.emulator.gateway.expressions.scope import Returned, Signal
from provision.emulator.gateway.expressions.tree import NO_STATEMENT, content, named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tree_sitter import Node

    from provision.emulator.gateway.expressions.compiling.build import Builder
    from provision.emulator.gateway.expressions.scope import Code, Frame
    from provision.emulator.gateway.expressions.values import TypeRef

CALLS = frozenset(
    {"invocation_expression", "assignment_expression", "object_creation_expression", "conditional_access_expression",
     "postfix_unary_expression", "prefix_unary_expression"}
)  # fmt: skip


def sequence(builder: Builder, nodes: Iterable[Node]) -> Code:
    """Compile statements that follow each other."""
    listed = [named(one)[0] if one.type == "global_statement" else one for one in nodes]
    functions = [one for one in listed if one.type == "local_function_statement"]
    for one in functions:
        label = one.child_by_field_name("name")
        if label is not None:
            builder.declare(label)
    codes = [builder.build(one) for one in [*functions, *(one for one in listed if one not in functions)]]

    def run(frame: Frame) -> Signal | None:
        for code in codes:
            found = code(frame)
            if found is not None:
                return found  # type: ignore[no-any-return]
        return None

    return run


def _block(builder: Builder, node: Node) -> Code:
    with builder.inner():
        return sequence(builder, named(node))


def body(builder: Builder, node: Node | None) -> Code:
    """Compile the statement of an `if` or a loop, in a scope of its own."""
    if node is None:
        raise Refused("A statement was expected.")
    with builder.inner():
        return builder.build(node)


def _expression(builder: Builder, node: Node) -> Code:
    inner = named(node)[0]
    if inner.type not in CALLS:
        raise builder.refuse(inner, NO_STATEMENT)
    code = builder.expression(inner)

    def run(frame: Frame) -> None:
        code(frame)

    return run


def _declarations(builder: Builder, node: Node) -> Code:
    inner = next(one for one in named(node) if one.type == "variable_declaration")
    return declaration(builder, inner)


def declaration(builder: Builder, node: Node) -> Code:
    """Compile `T a = 1, b = 2`."""
    kind = node.child_by_field_name("type")
    ref = None if kind is None or kind.type == "implicit_type" else builder.type(kind)
    steps = [_declarator(builder, one, ref) for one in named(node) if one.type == "variable_declarator"]

    def run(frame: Frame) -> None:
        for step in steps:
            step(frame)

    return run


def _declarator(builder: Builder, node: Node, ref: TypeRef | None) -> Code:
    pattern = next((one for one in named(node) if one.type == "tuple_pattern"), None)
    label = node.child_by_field_name("name")
    given = [one for one in named(node) if one not in (label, pattern) and one.type != "bracketed_argument_list"]
    if not given:
        if label is None or ref is None:
            raise builder.refuse(node, "Implicitly-typed variables must be initialized")
        name = builder.declare(label, ref)

        def forget(frame: Frame) -> None:
            frame.names.pop(name, None)

        return forget
    if given[0].type == "initializer_expression":
        code = array_code(builder, ref.args[0] if ref is not None and ref.args else None, given[0])
    else:
        code = builder.expression(given[0])
    if pattern is not None:
        names = [builder.declare(one) for one in pattern.children_by_field_name("name")]

        def spread(frame: Frame) -> None:
            frame.names.update(zip(names, parts_of(unbox(code(frame)), len(names)), strict=True))

        return builder.located(node, spread)
    if label is None:
        raise builder.refuse(node, "A name was expected.")
    name = builder.declare(label, ref)
    if ref is None and given[0].type == "null_literal":
        raise builder.refuse(node, "Cannot assign <null> to an implicitly-typed variable")

    def store(frame: Frame) -> None:
        value = code(frame)
        frame.names[name] = value if ref is None else assigned(frame.rt.types, value, ref)

    return builder.located(node, store)


def _if(builder: Builder, node: Node) -> Code:
    test = builder.truth(node.child_by_field_name("condition"))
    yes = body(builder, node.child_by_field_name("consequence"))
    other = node.child_by_field_name("alternative")
    no = body(builder, other) if other is not None else None

    def run(frame: Frame) -> Any:
        if test(frame):
            return yes(frame)
        return no(frame) if no is not None else None

    return run


def _return(builder: Builder, node: Node) -> Code:
    inner = named(node)
    if not inner:
        return lambda _: Returned(None)
    code = builder.expression(inner[0])
    return lambda frame: Returned(code(frame))


def _throw(builder: Builder, node: Node) -> Code:
    inner = named(node)
    if not inner:
        return builder.located(node, _again)
    code = builder.expression(inner[0])

    def run(frame: Frame) -> Any:
        raise thrown_as(unbox(code(frame)))

    return builder.located(node, run)


def _again(frame: Frame) -> Any:
    caught = frame.names.get("catch")
    raise thrown_as(caught) if caught is not None else Refused("There is no exception that could be thrown again")


def _function(builder: Builder, node: Node) -> Code:
    label, kind = node.child_by_field_name("name"), node.child_by_field_name("type")
    inner = node.child_by_field_name("body")
    if label is None or inner is None:
        raise builder.refuse(node, "A function was expected.")
    inner = inner if inner.type == "block" else named(inner)[0]
    parameters: list[tuple[Node, TypeRef | None]] = []
    listed = node.child_by_field_name("parameters")
    for one in named(listed) if listed is not None else []:
        called, ref = one.child_by_field_name("name"), one.child_by_field_name("type")
        if called is None:
            raise builder.refuse(node, "A parameter's name was expected.")
        parameters.append((called, builder.type(ref)))
    returns = None if kind is None or content(kind) == "void" else builder.type(kind)
    make, name = function(builder, parameters, inner), content(label)

    def run(frame: Frame) -> None:
        made = make(frame)

        def call(*args: Any) -> Any:
            found = made.call(*args)
            return found if returns is None else assigned(frame.rt.types, found, returns)

        frame.names[name] = type(made)(made.arity, call)

    return run


def _nothing(_: Builder, __: Node) -> Code:
    return lambda _: None


STATEMENTS: MappingProxyType[str, Callable[[Builder, Node], Code]] = MappingProxyType(
    {
        "block": _block,
        "expression_statement": _expression,
        "local_declaration_statement": _declarations,
        "if_statement": _if,
        "return_statement": _return,
        "throw_statement": _throw,
        "local_function_statement": _function,
        "empty_statement": _nothing,
    }
)
