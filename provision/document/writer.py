"""Data -> YAML that reads back as the same data, whoever reads it: by YAML 1.1 as well as by 1.2.

Texts of several lines are literal blocks where YAML can write them so, small maps and lists stand in one line.
"""

from __future__ import annotations

import re
from typing import Any, Final

import yaml

from provision.document.scalars import plain_value

WIDTH: Final = 100  # characters of what stands in one line
_MAP, _SEQ, _STR = (f"tag:yaml.org,2002:{name}" for name in ("map", "seq", "str"))
_DOLLARS: Final = re.compile(r"\$+(?=\{)|\$\$+")
_ENDLESS: Final = 2**31 - 1  # no line is broken
_NO_BLOCK: Final = re.compile("[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


class Raw(str):
    """A text that stands in the file as it is: its dollars are variables."""

    __slots__ = ()


def dump(data: dict[str, Any]) -> str:
    """The text of a file, with a newline at its end. Dollars that aren't of a Raw text are no variables."""
    root = _map(data, top=True)
    fast: str = yaml.serialize(root, Dumper=yaml.CSafeDumper, allow_unicode=True, width=_ENDLESS, encoding=None)
    if "\\U000" not in fast:
        return fast
    # libyaml's emitter escapes what is beyond the first plane, and so writes no literal block with an emoji.
    text: str = yaml.serialize(root, Dumper=yaml.SafeDumper, allow_unicode=True, width=_ENDLESS, encoding=None)
    return text


def inline(value: Any) -> str:
    """A value in one line, as it may stand inside of brackets."""
    root = yaml.SequenceNode(_SEQ, [_flat(_node(value))], flow_style=True)
    text: str = yaml.serialize(root, Dumper=yaml.CSafeDumper, allow_unicode=True, width=_ENDLESS, encoding=None)
    return text.strip()[1:-1]


def _flat(node: yaml.Node) -> yaml.Node:
    if isinstance(node, yaml.ScalarNode):
        return yaml.ScalarNode(node.tag, node.value, style='"' if node.style == "|" else node.style)
    if isinstance(node, yaml.MappingNode):
        return yaml.MappingNode(_MAP, [(_flat(key), _flat(value)) for key, value in node.value], flow_style=True)
    return yaml.SequenceNode(_SEQ, [_flat(one) for one in node.value], flow_style=True)


def escaped(text: str) -> str:
    """The text with every dollar doubled that would begin a variable, or be taken for two."""
    return _DOLLARS.sub(lambda match: match[0] * 2, str(text))


def _node(value: Any) -> yaml.Node:
    if isinstance(value, dict):
        return _map(value)
    if isinstance(value, list | tuple):
        items = [_node(item) for item in value]
        return yaml.SequenceNode(_SEQ, items, flow_style=_fits(items))
    return _scalar(value)


def _map(value: dict[str, Any], *, top: bool = False) -> yaml.MappingNode:
    pairs = [(_text(key), _node(item)) for key, item in value.items()]
    flow = not top and _fits([node for pair in pairs for node in pair])
    return yaml.MappingNode(_MAP, pairs, flow_style=flow)


def _fits(nodes: list[yaml.Node]) -> bool:
    """Whether what is in a map or list fits in one line: scalars, and one level of what is in one line itself."""
    return all(_plain(node) for node in nodes) and sum(map(_length, nodes)) <= WIDTH


def _plain(node: yaml.Node) -> bool:
    if isinstance(node, yaml.ScalarNode):
        return node.style != "|"
    inside = [one for pair in node.value for one in pair] if isinstance(node, yaml.MappingNode) else node.value
    return bool(getattr(node, "flow_style", False)) and all(isinstance(one, yaml.ScalarNode) for one in inside)


def _length(node: yaml.Node) -> int:
    if isinstance(node, yaml.ScalarNode):
        return len(node.value) + 2
    parts = [one for pair in node.value for one in pair] if isinstance(node, yaml.MappingNode) else node.value
    return 2 + sum(map(_length, parts))


def _scalar(value: Any) -> yaml.ScalarNode:
    if isinstance(value, str):
        return _text(str(value) if isinstance(value, Raw) else escaped(value), blocks=True)
    name = {type(None): "null", bool: "bool", int: "int"}.get(type(value), "float")
    plain = "null" if value is None else str(value).lower() if isinstance(value, bool) else repr(value)
    if name == "float" and "." not in plain:
        plain = plain.replace("e", ".0e")  # YAML 1.1 takes no other for a number
    return yaml.ScalarNode(f"tag:yaml.org,2002:{name}", plain, style="")


def _text(value: str, *, blocks: bool = False) -> yaml.ScalarNode:
    """A text, in quotes wherever a reader might see something else in it."""
    if blocks and "\n" in value.strip("\n") and value[0] not in " \n\t" and not _NO_BLOCK.search(value):
        return yaml.ScalarNode(_STR, value, style="|")
    doubtful = plain_value(value) is not value or "${" in value or _NO_BLOCK.search(value) or "\n" in value
    return yaml.ScalarNode(_STR, value, style='"' if doubtful else None)
