"""An expression's text, and its tree by the grammar of C# (tree-sitter-c-sharp).

The grammar can't know which names are types: it reads `(a) - b` as a cast. Where the name is no type its brackets are
blanked out, which keeps every place, and the text is read again. What it reads is not what was written, then: literals
and the names of methods are taken from the original.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from tree_sitter import Language, Parser
from tree_sitter_c_sharp import language

from provision.emulator.gateway.expressions.errors import Refused
from provision.emulator.policy.csharp import literal_end

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tree_sitter import Node, Tree

MAX_TEXT = 65_536  # characters; the service takes policies of 256 KiB, and few expressions fill a page
MAX_NESTING = 120  # of nodes: the compiler and what it makes go as deep
MAX_PARSE = 3_000_000  # bytes that the parser may ask for, chunk by chunk, going back over them
CHUNK = 256
READINGS = 8
BEFORE, AFTER = b"return ", b"\n;"
NO_STATEMENT = "Only assignment, call, increment, decrement, and new object expressions can be used as a statement"
GENERIC = re.compile(r"(\.\s*\w+)(<[\w\s.,<>\[\]?]+>)(?=\s*\()", re.ASCII)
SIGNS = frozenset({"+", "-", "&", "*"})


def code_of(text: str) -> tuple[str, int, bool]:
    """Return the C# of `@(...)`, `@{...}` or bare text, where it begins in the text, and whether it is statements."""
    stripped = text.strip()
    start = text.find(stripped) if stripped else 0
    for opening, closing in (("@(", ")"), ("@{", "}")):
        if stripped.startswith(opening):
            if not stripped.endswith(closing):
                raise Refused(f"The expression does not end with '{closing}'.", start)
            return stripped[2:-1], start + 2, closing == "}"
    return stripped, start, False


def _named(code: str, is_type: Callable[[str], bool]) -> str:
    """Make one name of a generic method's: behind a cast the grammar reads `x.As<T>(y)` as two comparisons."""

    def one(found: re.Match[str]) -> str:
        names = re.findall(r"[\w.]+", found[2])
        known = bool(names) and all(is_type(name) for name in names)
        return found[1] + (re.sub(r"\W", "_", found[2]) if known else found[2])

    return GENERIC.sub(one, code)


def _masked(code: str) -> str:
    """Put letters in place of what interpolated strings hold, of the same size: the grammar loses its way in some."""
    out: list[str] = []
    at = begin = 0
    while at < len(code):
        end = literal_end(code, at)
        if end <= at:
            at += 1
            continue
        quote = code.find('"', at, end)
        if 0 <= quote < at + 3 and "$" in code[at:quote]:
            inner = "x" * len(code[quote + 1 : end - 1].encode())
            out += [code[begin:at], f'{code[at : quote + 1]}{inner}"' if inner else f'{" " * (quote - at)}""']
            begin = end
        at = end
    return "".join([*out, code[begin:]])


class Source:
    """The text of an expression as the grammar reads it; places are counted in its bytes."""

    def __init__(self, code: str, *, statements: bool) -> None:
        if len(code) > MAX_TEXT:
            raise Refused(f"The expression is longer than {MAX_TEXT} characters.", 0)
        try:
            inner = code.encode()
        except UnicodeEncodeError:
            raise Refused("The expression holds half of a character.", 0) from None
        self.before = b"" if statements else BEFORE
        self.written = self.before + inner + (b"" if statements else AFTER)
        self.text = self.before + _masked(code).encode() + (b"" if statements else AFTER)
        self.statements = statements

    def original(self, node: Node) -> str:
        """A node's text as it was written."""
        return self.written[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def place(self, byte: int) -> int:
        """Return the character of the code that a byte belongs to."""
        kept = self.written[len(self.before) : max(byte, len(self.before))]
        return len(kept.decode("utf-8", "replace"))

    def parse(self, is_type: Callable[[str], bool]) -> Node:
        """Return the tree; raises Refused where the text is no C#."""
        self.text = _named(self.text.decode(), is_type).encode()
        for _ in range(READINGS):
            root = _parsed(self.text).root_node
            if root.has_error:
                raise self._broken(root)
            mistaken = [node for node in walk(root) if _no_cast(node, is_type)]
            if not mistaken:
                return self._whole(root)
            text = bytearray(self.text)
            for node in mistaken:
                for child in (node.children[0], node.children[2]):
                    text[child.start_byte : child.end_byte] = b" "
            self.text = bytes(text)
        raise Refused("The expression can't be told from casts.", 0)

    def _whole(self, root: Node) -> Node:
        """Return the tree, which is one expression unless statements were meant."""
        inner = [node for node in root.children if node.type != "comment"]
        if any(node.type != "global_statement" for node in inner):
            raise Refused("Only statements are allowed here.", self.place(root.start_byte))
        if not self.statements:
            whole = len(inner) == 1 and inner[0].children[0].type == "return_statement"
            if not whole or inner[0].end_byte < len(self.text.rstrip()):
                raise Refused("One expression was expected.", self.place(inner[-1].start_byte if inner else 0))
        return root

    def _broken(self, root: Node) -> Refused:
        for node in walk(root):
            if node.is_missing or (node.type == "identifier" and node.start_byte == node.end_byte):
                if node.type == "!":  # the grammar makes a statement of any expression so
                    return Refused(NO_STATEMENT, self.place(node.start_byte))
                what = "An expression" if node.type == "identifier" else f"'{node.type}'"
                return Refused(f"{what} is expected", self.place(node.start_byte))
            if node.type == "ERROR":
                found = self.original(node).strip()
                return Refused(f"Invalid expression term '{found[:20]}'", self.place(node.start_byte))
        return Refused("The expression is not understood.", 0)


def _parsed(text: bytes) -> Tree:
    """Parse with a limit: the parser goes back over what is ambiguous."""
    spent = 0

    def chunk(at: int, _: object) -> bytes:
        nonlocal spent
        spent += CHUNK
        return text[at : at + CHUNK]

    def stop(_: int, __: bool) -> bool:
        nonlocal spent
        spent += CHUNK
        return spent > MAX_PARSE

    tree: Tree | None = None
    with suppress(ValueError):  # it was stopped
        tree = Parser(Language(language())).parse(chunk, encoding="utf8", progress_callback=stop)
    if tree is None:
        raise Refused("The expression is too ambiguous to be read.", 0)
    return tree


def walk(root: Node) -> Iterator[Node]:
    """Every node, parents first; refuses what is nested too deeply."""
    stack = [(root, 0)]
    while stack:
        node, depth = stack.pop()
        if depth > MAX_NESTING:
            raise Refused(f"The expression is nested more than {MAX_NESTING} deep.", 0)
        yield node
        stack += [(child, depth + 1) for child in reversed(node.children)]


def _no_cast(node: Node, is_type: Callable[[str], bool]) -> bool:
    if node.type != "cast_expression":
        return False
    named, value = node.child_by_field_name("type"), node.child_by_field_name("value")
    if named is None or value is None or named.type not in ("identifier", "qualified_name"):
        return False
    first = value.children[0].type if value.children else ""
    signed = value.type == "prefix_unary_expression" and first in SIGNS
    return signed and not is_type(content(named))


def content(node: Node | None) -> str:
    """The text of a node."""
    return node.text.decode("utf-8", "replace") if node is not None and node.text else ""


def named(node: Node) -> list[Node]:
    """The children that are more than punctuation."""
    return [child for child in node.named_children if child.type != "comment"]
