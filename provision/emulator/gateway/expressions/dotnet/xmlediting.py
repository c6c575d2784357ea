"""Making and changing XML: contents, attributes, values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.conversions import PRIMITIVES
from provision.emulator.gateway.expressions.dotnet.dateparse import parse_date
from provision.emulator.gateway.expressions.dotnet.numbers import parse_real, parse_whole
from provision.emulator.gateway.expressions.errors import Thrown, bad_argument, bad_format, null_argument
from provision.emulator.gateway.expressions.formatting import text_of
from provision.emulator.gateway.expressions.signatures import NO
from provision.emulator.gateway.expressions.times import DateTime, Offset
from provision.emulator.gateway.expressions.values import WHOLE, EnumValue, TypeRef, plain
from provision.emulator.gateway.expressions.xmltext import parse
from provision.emulator.gateway.expressions.xnodes import (
    XAttribute,
    XContainer,
    XDeclaration,
    XDocument,
    XElement,
    XName,
    XObject,
    XText,
)

if TYPE_CHECKING:
    from provision.emulator.gateway.expressions.runtime import Runtime


def parse_document(rt: Runtime, text: str | None, options: EnumValue | None = None) -> XDocument:
    """Do XDocument.Parse."""
    return parse(rt, text, keep_space=options is not None and bool(options.number))


def parse_element(rt: Runtime, text: str | None, options: EnumValue | None = None) -> XElement:
    """Do XElement.Parse."""
    found = parse_document(rt, text, options).root
    if found is None:
        raise Thrown("XmlException", "Root element is missing.")
    found.remove()
    return found


def cast_value(node: Any, wanted: TypeRef) -> Any:
    """Do a cast of an element or an attribute: its value is read as that type."""
    if wanted.name not in PRIMITIVES and wanted.name not in ("DateTime", "DateTimeOffset"):
        return NO
    text: str = node.value
    kind = PRIMITIVES.get(wanted.name)
    if kind is str:
        return text
    if wanted.name == "DateTime":
        return parse_date(text, 128)
    if wanted.name == "DateTimeOffset":
        return Offset(parse_date(text).ticks, 0)
    if kind is bool:
        found = {"true": True, "1": True, "false": False, "0": False}.get(text.strip())
        if found is None:
            raise bad_format(f"The string '{text}' is not a valid Boolean value.")
        return found
    return parse_whole(text, wanted.name) if kind in WHOLE else parse_real(text, wanted.name)


def value_text(rt: Runtime, value: Any) -> str:
    """Write a value as XML does: booleans in lower case, dates in ISO form."""
    value = plain(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, DateTime | Offset):
        return value.formatted("yyyy-MM-ddTHH:mm:ss.FFFFFFFK" if value.ticks % 10_000_000 else "yyyy-MM-ddTHH:mm:ssK")
    return text_of(rt, value)


def fill(rt: Runtime, made: XContainer, values: Any) -> None:
    """Add contents: nodes, attributes, many of them, or text."""
    for value in values:
        one = plain(value)
        if one is None:
            continue
        rt.hold(1)
        if isinstance(one, XAttribute) and isinstance(made, XElement):
            made.put_attribute(one)
        elif isinstance(one, XDocument) and one.root is not None:
            made.add(one.root)
        elif isinstance(one, XObject):
            rt.grow(one)
            made.add(one)
        elif not isinstance(one, str) and hasattr(one, "__iter__"):
            fill(rt, made, rt.each(one))
        else:
            _add_text(rt, made, value_text(rt, one))


def _add_text(rt: Runtime, made: XContainer, text: str) -> None:
    last = made.nodes[-1] if made.nodes else None
    if type(last) is XText:
        rt.spend(len(text))
        last.value += text
    else:
        made.add(XText(text))


def new_element(rt: Runtime, name: Any, *values: Any) -> XElement:
    """Make an element of its name and contents."""
    made = XElement(name)
    fill(rt, made, values)
    return made


def copied(other: XElement) -> XElement:
    """Make a copy of an element."""
    found = other.copy()
    if not isinstance(found, XElement):
        raise bad_argument("An element was expected.")
    return found


def new_document(rt: Runtime, *values: Any) -> XDocument:
    """Make a document of its declaration and nodes."""
    made = XDocument()
    listed = [plain(one) for one in values]
    made.declaration = next((one for one in listed if isinstance(one, XDeclaration)), None)
    fill(rt, made, [one for one in listed if not isinstance(one, XDeclaration)])
    return made


def new_attribute(rt: Runtime, name: XName, value: Any) -> XAttribute:
    """Make an attribute."""
    if plain(value) is None:
        raise null_argument("value")
    return XAttribute(name, value_text(rt, value))


def set_value(rt: Runtime, node: XElement, value: Any) -> None:
    """Put text in place of all nodes."""
    text = value_text(rt, value)
    node.nodes.clear()
    if text:
        node.add(XText(text))


def set_attribute_value(rt: Runtime, node: XElement, name: XName, value: Any) -> None:
    """Write, add or (null) remove an attribute."""
    found = node.attribute(name)
    if plain(value) is None:
        if found is not None:
            node.drop(found)
    elif found is not None:
        found.value = value_text(rt, value)
    else:
        node.put_attribute(XAttribute(name, value_text(rt, value)))


def first_element(node: XContainer, name: XName) -> XElement | None:
    """Return the first element of a name."""
    return next(iter(node.elements(name)), None)


def set_element_value(rt: Runtime, node: XElement, name: XName, value: Any) -> None:
    """Write, add or (null) remove an element."""
    found = first_element(node, name)
    if plain(value) is None:
        if found is not None:
            node.drop(found)
        return
    if found is None:
        found = XElement(name)
        node.add(found)
    set_value(rt, found, value)


def replace_all(rt: Runtime, node: XElement, *values: Any) -> None:
    """Put contents in place of all nodes."""
    node.nodes.clear()
    fill(rt, node, values)


def beside(rt: Runtime, node: XObject, values: Any, offset: int) -> None:
    """Add contents before or behind a node."""
    parent = node.parent
    if parent is None:
        raise Thrown("InvalidOperationException", "The parent is missing.")
    made = XElement(XName("", "made"))
    fill(rt, made, values)
    at = next(at for at, one in enumerate(parent.nodes) if one is node) + offset
    for one in reversed(list(made.nodes)):
        one.parent = None
        parent.add(one, at)


def replace_with(rt: Runtime, node: XObject, *values: Any) -> None:
    """Put contents in place of a node."""
    beside(rt, node, values, 1)
    node.remove()


def add_first(rt: Runtime, node: XContainer, value: Any) -> None:
    """Add contents before all others."""
    made = XElement(XName("", "made"))
    fill(rt, made, [value])
    for one in reversed(list(made.nodes)):
        one.parent = None
        node.add(one, 0)


def remove_all(node: XElement) -> None:
    """Remove attributes and nodes."""
    node.attributes.clear()
    node.nodes.clear()
