"""One text for all documents that mean the same."""

from __future__ import annotations

import contextlib
import re

from provision.policyxml.code import SPACE, START, Token, layout, segments, unified
from provision.policyxml.nodes import Comment, Element, Text, content
from provision.policyxml.parser import Broken, Parser


def canonical(text: str) -> str:
    """Bring a policy document into a normal form: equal for all that Azure makes of one, and readable in a diff.

    Two spaces of indentation, an element a line, attributes sorted, C# unescaped and indented by its brackets. What
    isn't well-formed comes back as it is, with its line endings unified and without the space around it.
    Of the two readings that text such as `@(x("&amp;"))` allows, the escaped one is taken.
    """
    text = unified(text).strip(SPACE + "\ufeff")
    parser = Parser(text)
    parser.parse()
    return text if parser.problems else "\n".join(_render(child, "") for child in content(parser.tree))


def _normal(value: str, stop: str) -> list[str | list[Token]]:
    """Segments of a value without what XML says nothing by: space around text, line ends and tabs in attributes."""
    if stop == "<":
        return list(segments(value.strip(SPACE)))
    return [re.sub(r"[\t\n]", " ", part) if isinstance(part, str) else part for part in segments(value)]


def _print(value: str, stop: str, pad: str) -> str:
    """Write a value: plain text escaped, C# as it is unless that would be read as something else."""
    entities = str.maketrans({"&": "&amp;", "<": "&lt;"} | ({'"': "&quot;"} if stop == '"' else {}))
    parts = _normal(value, stop)
    meant = [part if isinstance(part, str) else layout(part, "") for part in parts]
    out = ""
    for escape in (False, True):
        pieces = [
            # What looks like the start of an expression, and isn't, must not become one by what comes behind it.
            START.sub(lambda match: "&#64;" + match[0][1], part.translate(entities))
            if isinstance(part, str)
            else layout(part, pad).translate(entities if escape else {})
            for part in parts
        ]
        out = "".join(pieces)
        reader = Parser(out + stop)
        with contextlib.suppress(Broken):
            read, end = reader.value(0, stop)
            again = "".join(part if isinstance(part, str) else layout(part, "") for part in _normal(read, stop))
            if end == len(out) and again == "".join(meant):
                break
    return out


def _render(node: Element | Text | Comment, pad: str) -> str:
    if isinstance(node, Text):
        return pad + _print(node.value, "<", pad)
    if isinstance(node, Comment):
        lines = [line.strip(SPACE) for line in node.value.strip(SPACE).split("\n")]
        return f"{pad}<!-- " + f"\n{pad}  ".join(lines) + " -->"
    tag = node.name + "".join(f' {name}="{_print(value, chr(34), pad)}"' for name, value in sorted(node.attributes))
    children = content(node)
    if not children:
        return f"{pad}<{tag} />"
    if len(children) == 1 and isinstance(children[0], Text):
        return f"{pad}<{tag}>{_print(children[0].value, '<', pad)}</{node.name}>"
    inside = "\n".join(_render(child, pad + "  ") for child in children)
    return f"{pad}<{tag}>\n{inside}\n{pad}</{node.name}>"
