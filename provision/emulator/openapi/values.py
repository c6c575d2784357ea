"""YAML read into JSON's values, from the events of libyaml.

PyYAML's own way builds a graph of nodes in C first: a document of four megabytes keeps every other thread waiting for
seconds, and a chain of merge keys takes all memory there is.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml
from yaml.resolver import Resolver

if TYPE_CHECKING:
    from collections.abc import Iterator

DEEPEST = 200
MOST_NODES = 2_000_000  # aliases make much of little
TOO_LARGE = "The document is too large or nested too deeply once its aliases are expanded."
MERGE = "tag:yaml.org,2002:merge"
COLLECTIONS = frozenset({None, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"})
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class DocumentError(ValueError):
    """What is wrong with a document, in words for its author."""


class _Merge(str):
    """The key `<<`."""

    __slots__ = ()


def read_yaml(text: str) -> Any:
    """Return the only document of a text. Raises DocumentError."""
    try:
        value = _Builder(iter(yaml.parse(text, LOADER))).document()
    except (yaml.YAMLError, ValueError, TypeError, OverflowError, AttributeError) as error:  # the last: odd dates
        if isinstance(error, DocumentError):
            raise
        if getattr(error, "problem", "") == "exceeded maximum nesting depth":  # libyaml 0.2.6 has a limit of its own
            raise DocumentError("The document is nested too deeply.") from None
        raise DocumentError(f"The document is not valid YAML: {' '.join(str(error).split())}.") from None
    return value


@dataclass(slots=True)
class _Builder:
    events: Iterator[Any]
    anchors: dict[str, Any] = field(default_factory=dict)
    left: int = MOST_NODES
    aliased: bool = False
    resolver: Any = field(default_factory=Resolver)
    constructor: Any = field(default_factory=lambda: yaml.SafeLoader(""))

    def document(self) -> Any:
        value: Any = None
        documents = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise DocumentError("The text holds more than one document.")
                value = self.value(next(self.events), 0)
        if self.aliased:
            self.measure(value, 0)
        return value

    def value(self, event: Any, depth: int) -> Any:
        if depth > DEEPEST:
            raise DocumentError("The document is nested too deeply.")
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self.anchors:
                raise DocumentError(f"The alias '{event.anchor}' stands for nothing.")
            self.aliased = True
            return self.anchors[event.anchor]
        if isinstance(event, yaml.ScalarEvent):
            return self.anchored(event, self.scalar(event))
        if event.tag not in COLLECTIONS:
            raise DocumentError(f"The document is not valid YAML: the tag '{event.tag}' has no meaning in JSON.")
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Any] = self.anchored(event, [])
            while not isinstance(inner := next(self.events), yaml.SequenceEndEvent):
                items.append(self.value(inner, depth + 1))
            return items
        return self.mapping(self.anchored(event, {}), depth)

    def mapping(self, members: dict[str, Any], depth: int) -> dict[str, Any]:
        merged: list[Any] = []
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.value(event, depth + 1)
            inner = self.value(next(self.events), depth + 1)
            if isinstance(key, _Merge):
                merged += inner if isinstance(inner, list) else [inner]
            elif isinstance(key, list | dict):
                raise DocumentError("The document is not valid YAML: a key must be a scalar.")
            else:
                members[json.dumps(key) if isinstance(key, bool) else str(key)] = inner
        if merged:
            own = dict(members)
            members.clear()
            for one in merged:  # what is merged comes first, and gives way to what is the mapping's own
                if not isinstance(one, dict):
                    raise DocumentError("The document is not valid YAML: '<<' takes mappings.")
                self.spend(len(one))
                members.update({key: inner for key, inner in one.items() if key not in members})
            members.update(own)
        return members

    def anchored(self, event: Any, value: Any) -> Any:
        if event.anchor is not None:
            self.anchors[event.anchor] = value
        return value

    def scalar(self, event: Any) -> Any:
        tag = event.tag
        if tag is None or tag == "!":
            tag = self.resolver.resolve(yaml.ScalarNode, event.value, event.implicit)
        if tag == "tag:yaml.org,2002:str":
            return event.value
        if tag == MERGE:
            return _Merge("<<")
        constructors = self.constructor.yaml_constructors
        value = constructors.get(tag, constructors[None])(self.constructor, yaml.ScalarNode(tag, event.value))
        if isinstance(value, float) and not math.isfinite(value):
            raise DocumentError(f"'{value}' has no meaning in JSON.")
        return value if value is None or isinstance(value, str | int | float) else str(value)

    def measure(self, value: Any, depth: int) -> None:
        """Count what there is once every alias stands for a copy."""
        self.spend(1)
        if depth > DEEPEST:
            raise DocumentError(TOO_LARGE)
        if isinstance(value, list | dict):
            for inner in value.values() if isinstance(value, dict) else value:
                self.measure(inner, depth + 1)

    def spend(self, nodes: int) -> None:
        self.left -= nodes
        if self.left < 0:
            raise DocumentError(TOO_LARGE)
