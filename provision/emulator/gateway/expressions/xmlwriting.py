"""Nodes as XML text, each told by its kind."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any
from xml.sax.saxutils import escape

from provision.emulator.gateway.expressions.errors import Exhausted

XML = "http://www.w3.org/XML/1998/namespace"
MAX_DEPTH = 100
MARKS = MappingProxyType(
    {"Text": ("", ""), "CDATA": ("<![CDATA[", "]]>"), "Comment": ("<!--", "-->"), "ProcessingInstruction": ("<?", "?>")}
)
NEW_LINE = "\r\n"  # [?] the gateway's managed form runs on Windows


QUOTES = MappingProxyType({'"': "&quot;", "\n": "&#xA;", "\r": "&#xD;", "\t": "&#x9;"})


def written(node: Any, *, indented: bool = True) -> str:
    """Write a node as ToString() does: without the declaration."""
    out: list[str] = []
    for at, one in enumerate(node.nodes if node.kind == "Document" else [node]):
        if at and indented:
            out.append(NEW_LINE)
        _write(one, out, "" if indented else None, {XML: "xml"}, 0)
    return "".join(out)


def _write(node: Any, out: list[str], indent: str | None, known: dict[str, str], depth: int) -> None:
    if depth > 2 * MAX_DEPTH:
        raise Exhausted("The XML is nested too deeply.")
    if node.kind == "Element":
        _element(node, out, indent, known, depth)
    elif node.kind == "Attribute":
        out.append(f'{node.name.local}="{escape(node.value, dict(QUOTES))}"')
    else:
        before, after = MARKS[node.kind]
        out.append(f"{before}{node.value if before else escape(node.value)}{after}")


def _element(node: Any, out: list[str], indent: str | None, outer: dict[str, str], depth: int) -> None:
    known = dict(outer)
    for one in node.attributes:
        if one.declares:
            known[one.value] = one.name.local if one.name.uri else ""
    tag = _prefixed(node.name, known)
    out.append(f"<{tag}")
    undeclared = known.get(node.name.uri) is None and node.name.uri
    if undeclared or (not node.name.uri and "" in known.values() and _default(known)):
        out.append(f' xmlns="{escape(node.name.uri, dict(QUOTES))}"')
        known = {uri: prefix for uri, prefix in known.items() if prefix}
        known[node.name.uri] = ""
    for at, one in enumerate(node.attributes):
        out.append(f" {_attribute(one, known, out, at)}")
    if not node.nodes:
        out.append(" />")
        return
    out.append(">")
    mixed = indent is None or any(one.kind in ("Text", "CDATA") for one in node.nodes)
    inner = None if mixed else f"{indent}  "
    for child in node.nodes:
        out.append("" if inner is None else NEW_LINE + inner)
        _write(child, out, inner, known, depth + 1)
    out.append(f"</{tag}>" if inner is None else f"{NEW_LINE}{indent}</{tag}>")


def _default(known: dict[str, str]) -> str:
    return next((uri for uri, prefix in known.items() if not prefix), "")


def _prefixed(name: Any, known: dict[str, str]) -> str:
    prefix = known.get(name.uri, "") if name.uri else ""
    return f"{prefix}:{name.local}" if prefix else name.local


def _attribute(one: Any, known: dict[str, str], out: list[str], at: int) -> str:
    value = escape(one.value, dict(QUOTES))
    if one.declares:
        return f'xmlns:{one.name.local}="{value}"' if one.name.uri else f'xmlns="{value}"'
    prefix = known.get(one.name.uri, "")
    if one.name.uri and not prefix:
        prefix = f"p{at + 1}"
        out.append(f' xmlns:{prefix}="{escape(one.name.uri, dict(QUOTES))}"')
    return f'{prefix}:{one.name.local}="{value}"' if one.name.uri else f'{one.name.local}="{value}"'
