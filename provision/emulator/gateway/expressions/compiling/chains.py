"""Members, calls and indexers, one behind the other; `?.` cuts a chain short."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions import members
from provision.emulator.gateway.expressions.collected import Anonymous, NetTuple
from provision.emulator.gateway.expressions.compiling.build import SKIPPED, unbox
from provision.emulator.gateway.expressions.conversions import assigned
from provision.emulator.gateway.expressions.errors import Refused
from provision.emulator.gateway.expressions.scope import frame_up
from provision.emulator.gateway.expressions.signatures import type_named
from provision.emulator.gateway.expressions.tree import content, named
from provision.emulator.gateway.expressions.values import Boxed, Lambda, Ref, TypeRef

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tree_sitter import Node

    from provision.emulator.gateway.expressions.compiling.build import Builder
    from provision.emulator.gateway.expressions.scope import Code, Frame
    from provision.emulator.gateway.expressions.signatures import Family

PATHS = frozenset({"identifier", "member_access_expression", "predefined_type", "alias_qualified_name", "generic_name"})


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of a call: their values, and the names of those that are named."""

    codes: tuple[Code, ...]
    names: tuple[str, ...]

    def values(self, frame: Frame) -> list[Any]:
        """Evaluate them."""
        return [code(frame) for code in self.codes]


def arguments(builder: Builder, node: Node | None) -> Arguments:
    """Compile the list of arguments."""
    codes, names = [], []
    for one in named(node) if node is not None else ():
        label = one.child_by_field_name("name")
        names.append(content(label) if label is not None else "")
        inner = named(one)[-1]
        by_reference = one.children and one.children[0].type in ("out", "ref")
        codes.append(_reference(builder, inner) if by_reference else _argument(builder, inner))
    return Arguments(tuple(codes), tuple(names))


def _argument(builder: Builder, node: Node) -> Code:
    """Compile a value; the bare name of a type's method is a function."""
    if node.type == "member_access_expression":
        owner = type_of_path(builder, node.child_by_field_name("expression"))
        name = content(node.child_by_field_name("name"))
        found = owner.members.get(name, ()) if owner else ()
        if owner and found and all(one.parameters is not None for one in found):
            return _method_group(owner, name)
    return builder.expression(node)


def _method_group(owner: Family, name: str) -> Code:
    def make(frame: Frame) -> Lambda:
        return Lambda(1, lambda *args: members.static(frame.rt, owner, name, args, ("",) * len(args), ()))

    return make


def _reference(builder: Builder, node: Node) -> Code:
    if node.type == "declaration_expression":
        kind = node.child_by_field_name("type")
        ref = None if kind is None or kind.type == "implicit_type" else builder.type(kind)
        label = node.child_by_field_name("name")
        if label is None or content(label) == "_":
            return lambda _: Ref(lambda _: None)
        name = builder.declare(label, ref)
        return lambda frame: Ref(lambda value: frame.names.__setitem__(name, value))
    name = content(node)
    found = builder.scope.find(name)
    if node.type != "identifier" or (found is None and name != "_"):
        raise builder.refuse(node, f"'{name}' is no variable that can be written")
    if found is None:
        return lambda _: Ref(lambda _: None)
    up, ref = found

    def make(frame: Frame) -> Ref:
        def store(value: Any) -> None:
            kept = value if ref is None or value is None else assigned(frame.rt.types, value, ref)
            frame_up(frame, up).names[name] = kept

        return Ref(store)

    return make


def type_of_path(builder: Builder, node: Node | None) -> Family | None:
    """Return the type that a dotted path names, where no variable has the first name."""
    if node is None or node.type not in PATHS:
        return None
    text = "".join(content(node).split())
    head = text.partition(".")[0]
    if node.type == "generic_name":
        return builder.family(text.partition("<")[0])
    if builder.scope.find(head) is not None:
        return None
    return builder.family(text.replace("global::", ""))


def _name_and_types(builder: Builder, node: Node | None) -> tuple[str, tuple[TypeRef, ...]]:
    if node is not None and node.type == "generic_name":
        return content(node.named_children[0]), tuple(builder.type(one) for one in named(node.named_children[1]))
    text = builder.source.original(node) if node is not None else ""
    name, generic, rest = text.partition("<")
    if not generic:
        return text.removeprefix("@"), ()
    try:
        return name.strip(), type_named(f"T<{rest}").args
    except (ValueError, IndexError):
        raise Refused(f"'<{rest}' are no types") from None


def field_of(frame: Frame, value: Any, name: str) -> Any:
    """Read a property; those that an expression named itself are no one's table's."""
    if type(value) is Anonymous and name in value.fields:
        return value.fields[name]
    if type(value) is NetTuple and name in value.names:
        return value.items[value.names.index(name)]
    return members.get(frame.rt, value, name)


def _member(builder: Builder, node: Node) -> Code:
    inner = node.child_by_field_name("expression")
    name, types = _name_and_types(builder, node.child_by_field_name("name"))
    if types:
        raise builder.refuse(node, f"'{name}' is a method, and must be called")
    owner = type_of_path(builder, inner)
    if owner is not None:
        found = owner
        if not any(one.static and one.parameters is None for one in found.members.get(name, ())):
            raise builder.refuse(node, f"'{found.name}' does not contain a definition for '{name}'")
        return builder.located(node, lambda frame: members.static(frame.rt, found, name, None, (), ()))
    if inner is None:
        raise builder.refuse(node, "The expression is not complete.")
    code = builder.build(inner)
    builder.known_member(node, name)

    def run(frame: Frame) -> Any:
        value = code(frame)
        return value if value is SKIPPED else field_of(frame, value, name)

    return builder.located(node, run)


def _conditional(builder: Builder, node: Node) -> Code:
    code = builder.build(_head(node))
    binding = named(node)[-1]
    if binding.type == "element_binding_expression":
        found = arguments(builder, binding)
        return builder.located(node, lambda frame: _index(frame, _reached(code(frame)), found))
    name, _ = _name_and_types(builder, binding.child_by_field_name("name"))
    builder.known_member(node, name)

    def run(frame: Frame) -> Any:
        value = _reached(code(frame))
        return value if value is SKIPPED else field_of(frame, value, name)

    return builder.located(node, run)


def _head(node: Node) -> Node:
    found = node.child_by_field_name("condition")
    if found is None:
        raise Refused("The expression is not complete.")
    return found


def _reached(value: Any) -> Any:
    return SKIPPED if value is None or (type(value) is Boxed and value.value is None) else value


def _index(frame: Frame, value: Any, found: Arguments) -> Any:
    if value is SKIPPED:
        return value
    if type(value) is Boxed:
        raise Refused("Cannot apply indexing with [] to an expression of type 'object'")
    return members.invoke(frame.rt, value, "this", found.values(frame), found.names, ())


def _element(builder: Builder, node: Node) -> Code:
    inner = node.child_by_field_name("expression")
    if inner is None:
        raise builder.refuse(node, "The expression is not complete.")
    code, found = builder.build(inner), arguments(builder, node.child_by_field_name("subscript"))
    return builder.located(node, lambda frame: _index(frame, code(frame), found))


def _invocation(builder: Builder, node: Node) -> Code:
    function = node.child_by_field_name("function")
    if function is None:
        raise builder.refuse(node, "The expression is not complete.")
    if content(function) == "nameof":
        return _nameof(builder, node)
    if function.type == "member_access_expression":
        return _method(builder, node, function)
    if function.type == "conditional_access_expression" and named(function)[-1].type == "member_binding_expression":
        name, types = _name_and_types(builder, named(function)[-1].child_by_field_name("name"))
        code = builder.build(_head(function))
        found = arguments(builder, node.child_by_field_name("arguments"))
        return _called(builder, function, lambda frame: _reached(code(frame)), name, types, found)
    code, found = builder.expression(function), arguments(builder, node.child_by_field_name("arguments"))

    def run(frame: Frame) -> Any:
        value = unbox(code(frame))
        if not isinstance(value, Lambda):
            raise Refused("Method name expected")
        args = found.values(frame)
        if len(args) != value.arity:
            raise Refused(f"The function takes {value.arity} arguments, not {len(args)}")
        return frame.rt.call(value, *args)

    return builder.located(node, run)


def _nameof(builder: Builder, node: Node) -> Code:
    inner = node.child_by_field_name("arguments")
    parts = named(inner) if inner is not None else []
    if len(parts) != 1:
        raise builder.refuse(node, "nameof takes one name")
    text = content(parts[0]).rpartition(".")[2]
    return lambda _: text


def _method(builder: Builder, node: Node, function: Node) -> Code:
    inner = function.child_by_field_name("expression")
    name, types = _name_and_types(builder, function.child_by_field_name("name"))
    owner = type_of_path(builder, inner)
    if owner is not None:
        family = owner
        if not any(one.static and one.parameters is not None for one in family.members.get(name, ())):
            raise builder.refuse(function, f"'{family.name}' does not contain a definition for '{name}'")
        found = arguments(builder, node.child_by_field_name("arguments"))

        def run(frame: Frame) -> Any:
            return members.static(frame.rt, family, name, found.values(frame), found.names, types)

        return builder.located(function, run)
    if inner is None:
        raise builder.refuse(node, "The expression is not complete.")
    code = builder.build(inner)
    if name not in builder.types.names:
        raise builder.refuse(function, f"No type has a method '{name}'")
    found = arguments(builder, node.child_by_field_name("arguments"))
    return _called(builder, function, code, name, types, found)


def _called(builder: Builder, node: Node, code: Code, name: str, types: Sequence[TypeRef], found: Arguments) -> Code:
    given, names = tuple(types), found.names

    def run(frame: Frame) -> Any:
        value = code(frame)
        if value is SKIPPED:
            return value
        return members.invoke(frame.rt, value, name, found.values(frame), names, given)

    at = node.child_by_field_name("name") or node
    return builder.located(at, run)


CHAINED: MappingProxyType[str, Callable[[Builder, Node], Code]] = MappingProxyType(
    {
        "member_access_expression": _member,
        "conditional_access_expression": _conditional,
        "element_access_expression": _element,
        "invocation_expression": _invocation,
    }
)
