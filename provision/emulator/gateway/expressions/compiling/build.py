"""What the parts of the compiler share: the tables of node types, the scope, types by name."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.errors import Exhausted, Refused, Thrown
from provision.emulator.gateway.expressions.members import described
from provision.emulator.gateway.expressions.scope import Scope
from provision.emulator.gateway.expressions.signatures import ALIASES
from provision.emulator.gateway.expressions.tree import content, named
from provision.emulator.gateway.expressions.values import Boxed, TypeRef

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tree_sitter import Node

    from provision.emulator.gateway.expressions.scope import Code, Frame
    from provision.emulator.gateway.expressions.signatures import Family
    from provision.emulator.gateway.expressions.tree import Source
    from provision.emulator.gateway.expressions.typetable import Types

DELEGATES = frozenset({"Func", "Action", "Predicate", "Comparison", "Converter"})
PAIRED = ("Dictionary", "IDictionary", "IReadOnlyDictionary", "KeyValuePair")
SINGLE = (
    "List", "IList", "IEnumerable", "ICollection", "IReadOnlyList", "IReadOnlyCollection", "HashSet", "ISet", "Queue",
    "Stack",
)  # fmt: skip
ARITY = MappingProxyType({**dict.fromkeys(PAIRED, 2), **dict.fromkeys(SINGLE, 1)})
WEIGHT = 6  # a turn of a loop costs a step for every so many bytes, as a power of two


class Skip:
    """What a chain is when `?.` met null."""


SKIPPED = Skip()


class Builder:
    """Compiles the nodes of one text."""

    def __init__(self, source: Source, types: Types, tables: Mapping[str, Callable[[Builder, Node], Code]]) -> None:
        self.source = source
        self.types = types
        self.tables = tables
        self.scope = Scope(framed=True)
        self.checked = False
        self.code = source.written.decode("utf-8", "replace")

    def place(self, node: Node) -> int:
        """Where a node is in the text."""
        return self.source.place(node.start_byte)

    def refuse(self, node: Node, message: str) -> Refused:
        """Return an error that knows its place."""
        return Refused(message, self.place(node))

    def build(self, node: Node) -> Code:
        """Compile an expression or a statement; the result of a chain may be SKIPPED."""
        make = self.tables.get(node.type)
        if make is None:
            raise self.refuse(node, f"'{node.type.replace('_', ' ')}' is not executed here: {content(node)[:40]}")
        try:
            return make(self, node)
        except Refused as error:
            if error.at is None:
                error.at = self.place(node)
            raise

    def expression(self, node: Node | None) -> Code:
        """Compile an expression; it gives a value, boxed where it is known as an object only."""
        if node is None:
            raise Refused("An expression was expected.")
        code = self.build(node)
        if not has_conditional(node):
            return code

        def whole(frame: Frame) -> Any:
            found = code(frame)
            return None if found is SKIPPED else found

        return whole

    def truth(self, node: Node | None) -> Code:
        """Compile a condition."""
        code = self.expression(node)
        types = self.types
        at = self.place(node) if node is not None else 0

        def test(frame: Frame) -> Any:
            found = code(frame)
            if found is True or found is False:
                return found
            raise Refused(f"Cannot implicitly convert type '{described(types, found)}' to 'bool'", at)

        return test

    def declare(self, node: Node, ref: TypeRef | None = None) -> str:
        """Declare a variable by its identifier's node."""
        name = content(node).removeprefix("@")
        if self.scope.taken(name):
            raise self.refuse(node, f"A local variable named '{name}' is already defined in this scope")
        self.scope.names[name] = ref
        return name

    def inner(self, *, framed: bool = False) -> Scoped:
        """Open a scope for a `with`."""
        return Scoped(self, framed=framed)

    def known_member(self, node: Node, name: str) -> None:
        """Refuse a member that no type has, and that no tuple or anonymous type of this text can have."""
        named_here = re.search(rf"(?<![\w.]){re.escape(name)}\b", self.code)
        if name not in self.types.names and not named_here:
            raise self.refuse(node, f"No type has a member '{name}'")

    def family(self, name: str) -> Family | None:
        """Return the type of a name as it is written, with or without its namespace."""
        space, _, short = name.removeprefix("global::").replace(" ", "").rpartition(".")
        found = self.types.by_name.get(ALIASES.get(short, short) if not space else short)
        if found is None or (space and not found.full.endswith(f"{space}.{short}")):
            return None
        return found

    def is_type(self, name: str) -> bool:
        """Tell whether a name is a type."""
        return name in DELEGATES or self.family(name) is not None

    def type(self, node: Node | None) -> TypeRef:
        """Return the type that a node names."""
        if node is None:
            raise Refused("A type was expected.")
        if node.type == "nullable_type":
            inner = self.type(node.named_children[0])
            return TypeRef(inner.name, inner.args, nullable=True)
        if node.type == "array_type":
            return TypeRef("[]", (self.type(node.child_by_field_name("type")),))
        if node.type == "tuple_type":
            parts = [self.type(one.child_by_field_name("type")) for one in named(node)]
            return TypeRef("ValueTuple", tuple(parts))
        return self._named_type(node)

    def _named_type(self, node: Node) -> TypeRef:
        args: tuple[TypeRef, ...] = ()
        base = node
        if node.type == "qualified_name":
            last = node.child_by_field_name("name")
            if last is not None and last.type == "generic_name":
                base = last
        if base.type == "generic_name":
            args = tuple(self.type(one) for one in named(base.named_children[1]))
        name = content(node).partition("<")[0].strip() if base.type == "generic_name" else content(node)
        short = name.rpartition(".")[2]
        if short in DELEGATES:
            return TypeRef(short, args)
        found = self.family(name)
        if found is None:
            message = f"The type or namespace name '{name}' could not be found, or is not executed here"
            raise self.refuse(node, message)
        if args and ARITY.get(found.name, len(args)) != len(args):
            raise self.refuse(
                node, f"Using the generic type '{found.name}' requires {ARITY[found.name]} type arguments"
            )
        return TypeRef(found.name, args)

    def weight(self, node: Node | None) -> int:
        """How many steps one turn through a node costs."""
        return 1 if node is None else 1 + ((node.end_byte - node.start_byte) >> WEIGHT)

    def located(self, node: Node, code: Code) -> Code:
        """Make what fails in here say where it stands, unless a part of it has."""
        at = self.place(node)

        def run(frame: Frame) -> Any:
            try:
                return code(frame)
            except (Thrown, Refused) as error:
                if error.at is None:
                    error.at = at
                raise
            except RecursionError:
                raise Exhausted("The expression goes too deep.", at) from None

        return run


class Scoped:
    """A scope that is open while a `with` lasts."""

    def __init__(self, builder: Builder, *, framed: bool) -> None:
        self._builder = builder
        self._outer = builder.scope
        self._framed = framed

    def __enter__(self) -> Scope:
        self._builder.scope = Scope(self._outer, framed=self._framed)
        return self._builder.scope

    def __exit__(self, *_: object) -> None:
        self._builder.scope = self._outer


CHAINS = frozenset(
    {"conditional_access_expression", "member_access_expression", "invocation_expression", "element_access_expression"}
)
HEADS = ("expression", "function")


def has_conditional(node: Node) -> bool:
    """Tell whether a chain has a `?.` that cuts all of it short."""
    return any(one.type == "conditional_access_expression" for one in links(node))


def links(node: Node | None) -> Iterator[Node]:
    """A chain's links, the last first."""
    while node is not None and node.type in CHAINS:
        yield node
        if node.type == "conditional_access_expression":
            return
        node = node.child_by_field_name("expression") or node.child_by_field_name("function")


def unbox(value: Any) -> Any:
    """Return the value without its box."""
    return value.value if type(value) is Boxed else value
