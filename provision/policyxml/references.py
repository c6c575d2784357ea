"""What a document refers to in its instance, as far as its text tells."""

from __future__ import annotations

import re
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from provision.policyxml.code import START, segments, unified
from provision.policyxml.nodes import Element, Text
from provision.policyxml.parser import Parser, Shift

if TYPE_CHECKING:
    from collections.abc import Iterator

# A display name's characters, as the management API's own pattern has them. More braces are no reference.
_NAMED_VALUE = re.compile(r"(?<!\{)\{\{([A-Za-z0-9._-]+)\}\}(?!\})")
_ID = re.compile(r"[^/]+")
# learn.microsoft.com/azure/api-management/api-management-policies, the page of each element.
_BY_ID = MappingProxyType(
    {
        ("include-fragment", "fragment-id"): "policyFragments",
        ("set-backend-service", "backend-id"): "backends",
        ("authentication-certificate", "certificate-id"): "certificates",
        ("log-to-eventhub", "logger-id"): "loggers",
        ("llm-content-safety", "backend-id"): "backends",
        ("azure-openai-semantic-cache-lookup", "embeddings-backend-id"): "backends",
        ("llm-semantic-cache-lookup", "embeddings-backend-id"): "backends",
        ("key", "certificate-id"): "certificates",  # of validate-jwt
        ("identity", "issuer-certificate-id"): "certificates",  # of validate-client-certificate
        ("get-authorization-context", "provider-id"): "authorizationProviders",
    }
)
_MAY_REFER = re.compile(r"\{\{|&#|" + "|".join(attribute for _, attribute in _BY_ID))
_UNKNOWN = frozenset({"comment", "interpolated"})  # in an interpolated string {{ may be the escape of a brace [?]


class Mention(NamedTuple):
    """One thing that is referred to: its collection, its name there (a named value's display name), and where."""

    collection: str
    name: str
    line: int
    column: int


def references(text: str, shift: Shift | None = None) -> tuple[Mention, ...]:
    """All that a document refers to, each once in each spelling; of what isn't well-formed, nothing.

    What only a running gateway knows (an id that is an expression or a named value) is left out, and so is Liquid,
    whose braces are its own. `shift` brings a line and a column of the text to where they are in a file.
    """
    if not _MAY_REFER.search(text):
        return ()
    return _references(text, shift) if shift else _parsed(text)


def _references(text: str, shift: Shift | None) -> tuple[Mention, ...]:
    parser = Parser(unified(text).removeprefix("\ufeff"), shift)
    parser.parse()
    if parser.problems:
        return ()
    found: dict[tuple[str, str], int] = {}
    for collection, name, at in _mentioned(parser.tree, parser.text):
        found.setdefault((collection, name), at)
    return tuple(Mention(*key, *parser.place(at)) for key, at in found.items())


def named_values(text: str) -> Iterator[tuple[str, str]]:
    """Collection and display name of each named value in a text that is no document."""
    return (("namedValues", match[1]) for match in _NAMED_VALUE.finditer(text)) if "{{" in text else iter(())


@lru_cache(maxsize=1024)
def _parsed(text: str) -> tuple[Mention, ...]:
    return _references(text, None)


def _mentioned(element: Element, text: str) -> Iterator[tuple[str, str, int]]:
    liquid = any(name == "template" and value.lower() == "liquid" for name, value in element.attributes)
    for name, value in element.attributes:
        collection = _BY_ID.get((element.name, name))
        if collection and _ID.fullmatch(value) and "{{" not in value and not START.search(value):
            yield collection, value, element.at
        yield from _named_values(value, element.at, text)
    for child in element.children:
        if isinstance(child, Element):
            yield from _mentioned(child, text)
        elif isinstance(child, Text) and not liquid:
            yield from _named_values(child.value, child.at, text)


def _named_values(value: str, at: int, text: str) -> Iterator[tuple[str, str, int]]:
    """Those of one value, each where its own spelling comes next in the text."""
    if "{{" not in value:
        return
    plain = "".join(
        part if isinstance(part, str) else "@" + "".join(" " if kind in _UNKNOWN else token for kind, token in part)
        for part in segments(value)
    )
    for match in _NAMED_VALUE.finditer(plain):
        yield "namedValues", match[1], max(at, text.find(match[0], at))
