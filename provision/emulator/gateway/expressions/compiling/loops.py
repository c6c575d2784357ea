"""Statements that repeat, choose or guard: loops, `switch`, `try`, `using`."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.compiling.assignments import parts_of
from provision.emulator.gateway.expressions.compiling.build import unbox
from provision.emulator.gateway.expressions.compiling.patterns import pattern
from provision.emulator.gateway.expressions.compiling.statements import body, declaration, sequence
from provision.emulator.gateway.expressions.conversions import cast
from provision.emulator.gateway.expressions.errors import Thrown
from provision.emulator.gateway.expressions.scope import Broke, Continued, Frame
from provision.emulator.gateway.expressions.tree import named

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from provision.emulator.gateway.expressions.compiling.build import Builder
    from provision.emulator.gateway.expressions.compiling.patterns import Test
    from provision.emulator.gateway.expressions.scope import Code, Signal

MAKES_FUNCTIONS = (b"=>", b"delegate")
BREAK, CONTINUE = Broke(), Continued()


def _while(builder: Builder, node: Node) -> Code:
    test = builder.truth(node.child_by_field_name("condition") or named(node)[0])
    turn, cost = body(builder, node.child_by_field_name("body") or named(node)[-1]), builder.weight(node)

    def run(frame: Frame) -> Any:
        while test(frame):
            frame.rt.step(cost)
            found = turn(frame)
            if found is BREAK:
                break
            if found is not None and found is not CONTINUE:
                return found
        return None

    return run


def _do(builder: Builder, node: Node) -> Code:
    turn, cost = body(builder, node.child_by_field_name("body")), builder.weight(node)
    test = builder.truth(node.child_by_field_name("condition"))

    def run(frame: Frame) -> Any:
        while True:
            frame.rt.step(cost)
            found = turn(frame)
            if found is BREAK:
                return None
            if found is not None and found is not CONTINUE:
                return found
            if not test(frame):
                return None

    return run


def _for(builder: Builder, node: Node) -> Code:
    with builder.inner():
        starts = [
            declaration(builder, one) if one.type == "variable_declaration" else builder.expression(one)
            for one in node.children_by_field_name("initializer")
            if one.is_named
        ]
        condition = node.child_by_field_name("condition")
        test = builder.truth(condition) if condition is not None else None
        updates = [builder.expression(one) for one in node.children_by_field_name("update") if one.is_named]
        turn, cost = body(builder, node.child_by_field_name("body")), builder.weight(node)

    def run(frame: Frame) -> Any:
        for start in starts:
            start(frame)
        while test is None or test(frame):
            frame.rt.step(cost)
            found = turn(frame)
            if found is BREAK:
                break
            if found is not None and found is not CONTINUE:
                return found
            for update in updates:
                update(frame)
        return None

    return run


def _foreach(builder: Builder, node: Node) -> Code:
    values = builder.expression(node.child_by_field_name("right"))
    left, kind = node.child_by_field_name("left"), node.child_by_field_name("type")
    if left is None:
        raise builder.refuse(node, "A variable was expected.")
    framed = any(one in (node.text or b"") for one in MAKES_FUNCTIONS)
    with builder.inner(framed=framed):
        ref = None if kind is None or kind.type == "implicit_type" else builder.type(kind)
        labels = [left] if left.type == "identifier" else left.children_by_field_name("name")
        names = [builder.declare(one, ref) for one in labels]
        turn, cost = body(builder, node.child_by_field_name("body")), builder.weight(node)
    single = left.type == "identifier"
    paired = ref is None or ref.name == "KeyValuePair"

    def run(frame: Frame) -> Any:
        rt = frame.rt
        source = unbox(values(frame))
        # A JObject is gone through as pairs, unless tokens are asked for.
        for item in rt.each(source.pairs() if paired and hasattr(source, "pairs") else source):
            rt.step(cost)
            inner = Frame(rt, frame) if framed else frame
            if single:
                inner.names[names[0]] = item if ref is None else cast(rt.types, item, ref)
            else:
                inner.names.update(zip(names, parts_of(item, len(names)), strict=True))
            found = turn(inner)
            if found is BREAK:
                break
            if found is not None and found is not CONTINUE:
                return found
        return None

    return builder.located(node.child_by_field_name("right") or node, run)


def _switch(builder: Builder, node: Node) -> Code:
    code = builder.expression(node.child_by_field_name("value"))
    inner = node.child_by_field_name("body")
    sections: list[tuple[list[tuple[Test, Code | None]], Code]] = []
    waiting: list[tuple[Test, Code | None]] = []
    with builder.inner():
        for section in named(inner) if inner is not None else []:
            label, rest = _label(builder, section)
            waiting.append(label)
            if rest:
                sections.append((waiting, sequence(builder, rest)))
                waiting = []
    sections = sorted(sections, key=lambda one: any(test is _always for test, _ in one[0]))

    def run(frame: Frame) -> Any:
        value = code(frame)
        for labels, statements in sections:
            if any(test(frame, value) and (guard is None or guard(frame)) for test, guard in labels):
                found = statements(frame)
                return None if found is BREAK else found
        return None

    return builder.located(node, run)


def _always(_: Frame, __: Any) -> bool:
    return True


def _label(builder: Builder, section: Node) -> tuple[tuple[Test, Code | None], list[Node]]:
    parts = named(section)
    if section.children[0].type == "default":
        return (_always, None), parts
    test = pattern(builder, parts[0])
    if len(parts) > 1 and parts[1].type == "when_clause":
        return (test, builder.truth(named(parts[1])[0])), parts[2:]
    return (test, None), parts[1:]


def _try(builder: Builder, node: Node) -> Code:
    tried = builder.build(named(node)[0])
    clauses = [_catch(builder, one) for one in named(node) if one.type == "catch_clause"]
    last = next((one for one in named(node) if one.type == "finally_clause"), None)
    closing = builder.build(named(last)[0]) if last is not None else None

    def guarded(frame: Frame) -> Any:
        try:
            return tried(frame)
        except Thrown as error:
            for clause in clauses:
                handled, found = clause(frame, error)
                if handled:
                    return found
            raise

    if closing is None:
        return guarded

    def run(frame: Frame) -> Any:
        try:
            found = guarded(frame)
        except Thrown:
            closing(frame)
            raise
        ended: Signal | None = closing(frame)
        return found if ended is None else ended

    return run


def _catch(builder: Builder, node: Node) -> Callable[[Frame, Thrown], tuple[bool, Any]]:
    wanted, name = "Exception", None
    with builder.inner() as scope:
        for one in named(node):
            if one.type == "catch_declaration":
                wanted = builder.type(one.child_by_field_name("type")).name
                label = one.child_by_field_name("name")
                name = builder.declare(label) if label is not None else None
        filtered = next((one for one in named(node) if one.type == "catch_filter_clause"), None)
        guard = builder.truth(named(filtered)[0]) if filtered is not None else None
        scope.names["catch"] = None
        code = builder.build(named(node)[-1])

    def run(frame: Frame, error: Thrown) -> tuple[bool, Any]:
        if not frame.rt.types.inherits(error.name, wanted) and wanted != "Exception":
            return False, None
        if name is not None:
            frame.names[name] = error
        if guard is not None and not guard(frame):
            return False, None
        frame.names["catch"] = error
        return True, code(frame)

    return run


def _using(builder: Builder, node: Node) -> Code:
    with builder.inner():
        first, *_ = named(node)
        start = declaration(builder, first) if first.type == "variable_declaration" else builder.expression(first)
        turn = body(builder, node.child_by_field_name("body") or named(node)[-1])

    def run(frame: Frame) -> Any:
        start(frame)
        return turn(frame)

    return run


def _lock(builder: Builder, node: Node) -> Code:
    return body(builder, named(node)[-1])


LOOPS: MappingProxyType[str, Callable[[Builder, Node], Code]] = MappingProxyType(
    {
        "while_statement": _while,
        "do_statement": _do,
        "for_statement": _for,
        "foreach_statement": _foreach,
        "switch_statement": _switch,
        "try_statement": _try,
        "using_statement": _using,
        "lock_statement": _lock,
        "break_statement": lambda _, __: lambda _: BREAK,
        "continue_statement": lambda _, __: lambda _: CONTINUE,
        "checked_statement": lambda builder, node: builder.build(named(node)[-1]),
    }
)
