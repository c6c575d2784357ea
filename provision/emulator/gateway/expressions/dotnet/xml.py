"""System.Xml.Linq: XDocument, XElement, XAttribute, XName and their kin."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.dotnet.xmlediting import (
    add_first,
    beside,
    cast_value,
    copied,
    fill,
    first_element,
    new_attribute,
    new_document,
    new_element,
    parse_document,
    parse_element,
    remove_all,
    replace_all,
    replace_with,
    set_attribute_value,
    set_element_value,
    set_value,
    value_text,
)
from provision.emulator.gateway.expressions.runtime import Seq
from provision.emulator.gateway.expressions.signatures import NO, enumeration, family
from provision.emulator.gateway.expressions.values import EnumValue
from provision.emulator.gateway.expressions.xmltext import write
from provision.emulator.gateway.expressions.xmlwriting import XML
from provision.emulator.gateway.expressions.xnodes import (
    XMLNS,
    XAttribute,
    XCData,
    XComment,
    XContainer,
    XDeclaration,
    XDocument,
    XElement,
    XName,
    XNamespace,
    XObject,
    XProcessingInstruction,
    XText,
    name_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provision.emulator.gateway.expressions.runtime import Runtime

NODE_TYPES = MappingProxyType(
    {"Element": 1, "Attribute": 2, "Text": 3, "CDATA": 4, "ProcessingInstruction": 7, "Comment": 8, "Document": 9}
)
SAVE = enumeration("System.Xml.Linq.SaveOptions", numbers={"None": 0, "DisableFormatting": 1})
LOAD = enumeration("System.Xml.Linq.LoadOptions", numbers={"None": 0, "PreserveWhitespace": 1})
NODE_TYPE = enumeration("System.Xml.XmlNodeType", numbers=NODE_TYPES)


def _elements(node: XContainer, name: XName | None = None) -> Seq:
    return Seq(lambda: iter(node.elements(name)))


def _descendants(node: XContainer, name: XName | None = None) -> Seq:
    return Seq(lambda: node.descendants(name))


def _with_self(node: XElement, name: XName | None = None) -> Seq:
    def make() -> Iterator[XElement]:
        if name is None or node.name == name:
            yield node
        yield from node.descendants(name)

    return Seq(make)


def _attributes(node: XElement, name: XName | None = None) -> Seq:
    return Seq(lambda: iter([one for one in node.attributes if name is None or one.name == name]))


def _ancestors(node: XObject, name: XName | None = None) -> Seq:
    def make() -> Iterator[XElement]:
        above = node.parent
        while isinstance(above, XElement):
            if name is None or above.name == name:
                yield above
            above = above.parent

    return Seq(make)


def _document(node: XObject) -> XDocument | None:
    above: XObject | None = node
    while above is not None and not isinstance(above, XDocument):
        above = above.parent
    return above


def _written(rt: Runtime, node: XObject, options: EnumValue | None = None) -> str:
    return write(rt, node, indented=options is None or not options.number & 1)


def _kind(node: XObject) -> EnumValue:
    return EnumValue("XmlNodeType", node.kind, NODE_TYPES[node.kind])


def _sibling(step: int) -> Callable[[XObject], XObject | None]:
    def find(node: XObject) -> XObject | None:
        nodes = node.parent.nodes if node.parent is not None else []
        at = next((at for at, one in enumerate(nodes) if one is node), -step) + step
        return nodes[at] if 0 <= at < len(nodes) else None

    return find


def _namespace(node: XElement, prefix: str | None = None) -> XNamespace | None:
    above: XObject | None = node
    wanted = XName("", "xmlns") if prefix is None else XName(XMLNS, prefix)
    while isinstance(above, XElement):
        found = above.attribute(wanted)
        if found is not None:
            return XNamespace(found.value)
        above = above.parent
    return XNamespace("") if prefix is None else None


def _name_accepts(value: Any) -> Any:
    return name_of(value) if isinstance(value, str) else NO


def _namespace_accepts(value: Any) -> Any:
    return XNamespace(value) if isinstance(value, str) else NO


OBJECT = family(
    "System.Xml.Linq.XObject",
    {
        "XElement Parent": lambda node: node.parent if isinstance(node.parent, XElement) else None,
        "XDocument Document": _document,
        "XmlNodeType NodeType": _kind,
        "void Remove()": lambda node: node.remove(),
        "string ToString()": _written,
    },
)
NODE = family(
    "System.Xml.Linq.XNode",
    {
        "string ToString(SaveOptions options)": _written,
        "IEnumerable Ancestors(XName name=)": _ancestors,
        "XNode NextNode": _sibling(1),
        "XNode PreviousNode": _sibling(-1),
        "void AddAfterSelf(params object[] content)": lambda rt, node, *values: beside(rt, node, values, 1),
        "void AddBeforeSelf(params object[] content)": lambda rt, node, *values: beside(rt, node, values, 0),
        "void ReplaceWith(params object[] content)": replace_with,
        "static bool DeepEquals(XNode n1, XNode n2)": lambda rt, a, b: (
            a is b or (a is not None and b is not None and write(rt, a) == write(rt, b))
        ),
    },
    bases=("XObject",),
)
CONTAINER = family(
    "System.Xml.Linq.XContainer",
    {
        "XElement Element(XName name)": first_element,
        "IEnumerable Elements(XName name=)": _elements,
        "IEnumerable Descendants(XName name=)": _descendants,
        "IEnumerable DescendantNodes()": lambda node: Seq(node.inner_nodes),
        "IEnumerable Nodes()": lambda node: Seq(lambda: iter(list(node.nodes))),
        "XNode FirstNode": lambda node: node.nodes[0] if node.nodes else None,
        "XNode LastNode": lambda node: node.nodes[-1] if node.nodes else None,
        "void Add(params object[] content)": lambda rt, node, *values: fill(rt, node, values),
        "void AddFirst(object content)": add_first,
        "void RemoveNodes()": lambda node: node.nodes.clear(),
        "void ReplaceNodes(params object[] content)": replace_all,
    },
    bases=("XNode",),
)


ELEMENT = family(
    "System.Xml.Linq.XElement",
    {
        "new(XName name, params object[] content)": new_element,
        "new(XElement other)": copied,
        "XName Name": lambda node: node.name,
        "set XName Name": lambda node, name: setattr(node, "name", name),
        "string Value": lambda node: node.value,
        "set string Value": set_value,
        "XAttribute Attribute(XName name)": lambda node, name: node.attribute(name),
        "IEnumerable Attributes(XName name=)": _attributes,
        "IEnumerable DescendantsAndSelf(XName name=)": _with_self,
        "XAttribute FirstAttribute": lambda node: node.attributes[0] if node.attributes else None,
        "bool HasAttributes": lambda node: bool(node.attributes),
        "bool HasElements": lambda node: bool(node.elements()),
        "bool IsEmpty": lambda node: not node.nodes,
        "void SetValue(object value)": set_value,
        "void SetAttributeValue(XName name, object value)": set_attribute_value,
        "void SetElementValue(XName name, object value)": set_element_value,
        "void RemoveAttributes()": lambda node: node.attributes.clear(),
        "void RemoveAll()": remove_all,
        "XNamespace GetDefaultNamespace()": _namespace,
        "XNamespace GetNamespaceOfPrefix(string prefix)": _namespace,
        "static XElement Parse(string text, LoadOptions options=)": parse_element,
    },
    classes=(XElement,),
    bases=("XContainer",),
    casts=cast_value,
)
DOCUMENT = family(
    "System.Xml.Linq.XDocument",
    {
        "new(params object[] content)": new_document,
        "XElement Root": lambda node: node.root,
        "XDeclaration Declaration": lambda node: node.declaration,
        "set XDeclaration Declaration": lambda node, value: setattr(node, "declaration", value),
        "static XDocument Parse(string text, LoadOptions options=)": parse_document,
    },
    classes=(XDocument,),
    bases=("XContainer",),
)
ATTRIBUTE = family(
    "System.Xml.Linq.XAttribute",
    {
        "new(XName name, object value)": new_attribute,
        "XName Name": lambda one: one.name,
        "string Value": lambda one: one.value,
        "set string Value": lambda one, text: setattr(one, "value", text),
        "bool IsNamespaceDeclaration": lambda one: one.declares,
        "void SetValue(object value)": lambda rt, one, value: setattr(one, "value", value_text(rt, value)),
    },
    classes=(XAttribute,),
    bases=("XObject",),
    casts=cast_value,
)
TEXT = family(
    "System.Xml.Linq.XText",
    {
        "new(string value)": XText,
        "string Value": lambda node: node.value,
        "set string Value": lambda node, text: setattr(node, "value", text),
    },
    classes=(XText,),
    bases=("XNode",),
)
TEXTS = (
    family("System.Xml.Linq.XCData", {"new(string value)": XCData}, classes=(XCData,), bases=("XText",)),
    family("System.Xml.Linq.XComment", {"new(string value)": XComment}, classes=(XComment,), bases=("XText",)),
    family(
        "System.Xml.Linq.XProcessingInstruction",
        {"new(string target, string data)": lambda target, text: XProcessingInstruction(f"{target} {text}")},
        classes=(XProcessingInstruction,),
        bases=("XText",),
    ),
)
NAME = family(
    "System.Xml.Linq.XName",
    {
        "string LocalName": lambda name: name.local,
        "XNamespace Namespace": lambda name: XNamespace(name.uri),
        "string NamespaceName": lambda name: name.uri,
        "static XName Get(string expandedName)": name_of,
        "static XName Get(string localName, string namespaceName)": lambda local, uri: XName(uri, local),
    },
    classes=(XName,),
    accepts=_name_accepts,
)
NAMESPACE = family(
    "System.Xml.Linq.XNamespace",
    {
        "string NamespaceName": lambda space: space.uri,
        "XName GetName(string localName)": lambda space, local: XName(space.uri, local),
        "static XNamespace Get(string namespaceName)": XNamespace,
        "static XNamespace None": lambda: XNamespace(""),
        "static XNamespace Xml": lambda: XNamespace(XML),
    },
    classes=(XNamespace,),
    accepts=_namespace_accepts,
)
DECLARATION = family(
    "System.Xml.Linq.XDeclaration",
    {
        "new(string version, string encoding, string standalone)": XDeclaration,
        "string Version": lambda one: one.version,
        "string Encoding": lambda one: one.encoding,
        "string Standalone": lambda one: one.standalone,
    },
    classes=(XDeclaration,),
)
FAMILIES = (
    OBJECT, NODE, CONTAINER, ELEMENT, DOCUMENT, ATTRIBUTE, TEXT, *TEXTS, NAME, NAMESPACE, DECLARATION, SAVE, LOAD,
    NODE_TYPE,
)  # fmt: skip
