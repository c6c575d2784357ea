"""Whether statements end by themselves: all code paths of an expression must return, or throw."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from provision.emulator.gateway.expressions.tree import content, named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tree_sitter import Node

LOOPS = frozenset({"while_statement", "do_statement", "for_statement", "foreach_statement", "switch_statement"})


def end(nodes: Iterable[Node]) -> bool:
    """Tell whether statements that follow each other never reach their end."""
    return any(_ends(one) for one in nodes)


def _ends(node: Node) -> bool:
    test = KINDS.get(node.type)
    return test is not None and test(node)


def _if(node: Node) -> bool:
    yes, no = node.child_by_field_name("consequence"), node.child_by_field_name("alternative")
    return yes is not None and no is not None and _ends(yes) and _ends(no)


def _forever(node: Node) -> bool:
    """A loop whose condition is `true` or missing, and that nothing breaks."""
    condition = node.child_by_field_name("condition") or next(iter(named(node)), None)
    body = node.child_by_field_name("body") or named(node)[-1]
    given = node.child_by_field_name("condition") if node.type == "for_statement" else condition
    always = given is None or content(given) == "true"
    return always and not any(one.type == "break_statement" for one in _own(body))


def _own(node: Node) -> Iterator[Node]:
    """The statements inside, without those of loops and functions within, to which a `break` would belong."""
    yield node
    for child in named(node):
        if child.type not in LOOPS and child.type not in ("lambda_expression", "local_function_statement"):
            yield from _own(child)


def _switch(node: Node) -> bool:
    body = node.child_by_field_name("body")
    sections = named(body) if body is not None else []
    breaks = any(one.type == "break_statement" for section in sections for one in _own(section))
    return not breaks and any(section.children[0].type == "default" for section in sections)


def _try(node: Node) -> bool:
    parts = named(node)
    last = [one for one in parts if one.type == "finally_clause"]
    if any(_ends(named(one)[0]) for one in last):
        return True
    return _ends(parts[0]) and all(_ends(named(one)[-1]) for one in parts if one.type == "catch_clause")


def _last(node: Node) -> bool:
    inner = named(node)
    return bool(inner) and _ends(inner[-1])


KINDS: MappingProxyType[str, Callable[[Node], bool]] = MappingProxyType(
    {
        "return_statement": lambda _: True,
        "throw_statement": lambda _: True,
        "block": lambda node: end(named(node)),
        "global_statement": _last,
        "if_statement": _if,
        "while_statement": _forever,
        "do_statement": _forever,
        "for_statement": _forever,
        "switch_statement": _switch,
        "try_statement": _try,
        "using_statement": _last,
        "lock_statement": _last,
        "checked_statement": _last,
    }
)
