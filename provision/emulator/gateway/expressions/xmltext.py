"""XML text to nodes and back. No document type is read, so that no entity is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from provision.emulator.gateway.expressions.errors import Thrown, null_argument
from provision.emulator.gateway.expressions.xmlwriting import MAX_DEPTH, written
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
    XObject,
    XProcessingInstruction,
    XText,
)

if TYPE_CHECKING:
    from provision.emulator.gateway.expressions.runtime import Runtime

NODE = 32  # what a node takes beside its text, in characters
SEPARATOR = " "


def bad_xml(message: str) -> Thrown:
    """Return what reading throws."""
    return Thrown("XmlException", message)


class _Reader:
    """Makes nodes of what the parser reports."""

    def __init__(self, rt: Runtime, *, keep_space: bool) -> None:
        self.rt = rt
        self.keep_space = keep_space
        self.document = XDocument()
        self.stack: list[XContainer] = [self.document]
        self.text: list[str] = []
        self.cdata = False
        self.declared: list[tuple[str, str]] = []

    def start(self, name: str, attributes: list[str]) -> None:
        self.flush()
        self.rt.step()
        if len(self.stack) > MAX_DEPTH:
            raise bad_xml("The elements are nested too deeply.")
        made = XElement(_name(name))
        for prefix, uri in self.declared:
            made.put_attribute(XAttribute(XName(XMLNS, prefix) if prefix else XName("", "xmlns"), uri))
        self.declared.clear()
        for at in range(0, len(attributes), 2):
            made.put_attribute(XAttribute(_name(attributes[at]), attributes[at + 1]))
        self.stack[-1].add(made)
        self.stack.append(made)

    def end(self, _: str) -> None:
        self.flush()
        self.stack.pop()

    def namespace(self, prefix: str | None, uri: str | None) -> None:
        self.declared.append((prefix or "", uri or ""))

    def characters(self, text: str) -> None:
        self.text.append(text)

    def flush(self) -> None:
        text = "".join(self.text)
        self.text.clear()
        if len(self.stack) > 1 and text and (self.cdata or self.keep_space or text.strip()):
            self.stack[-1].add(XCData(text) if self.cdata else XText(text))

    def cdata_start(self) -> None:
        self.flush()
        self.cdata = True

    def cdata_end(self) -> None:
        self.flush()
        self.cdata = False

    def comment(self, text: str) -> None:
        self.flush()
        self.stack[-1].add(XComment(text))

    def instruction(self, target: str, data: str) -> None:
        self.flush()
        self.stack[-1].add(XProcessingInstruction(f"{target} {data}"))

    def declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        named = {1: "yes", 0: "no"}.get(standalone)
        self.document.declaration = XDeclaration(version, encoding, named)

    def doctype(self, *_: Any) -> None:
        raise bad_xml("For security reasons DTD is prohibited in this XML document.")


def _name(text: str) -> XName:
    uri, _, local = text.rpartition(SEPARATOR)
    return XName(uri, local)


def parse(rt: Runtime, text: str | None, *, keep_space: bool = False) -> XDocument:
    """Read a document; raises XmlException."""
    if text is None:
        raise null_argument("text")
    rt.spend(len(text))
    rt.spend(NODE * (text.count("<") + text.count("=")))
    reader = _Reader(rt, keep_space=keep_space)
    parser = expat.ParserCreate("utf-8", SEPARATOR)
    parser.ordered_attributes = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.StartNamespaceDeclHandler = reader.namespace
    parser.CharacterDataHandler = reader.characters
    parser.StartCdataSectionHandler = reader.cdata_start
    parser.EndCdataSectionHandler = reader.cdata_end
    parser.CommentHandler = reader.comment
    parser.ProcessingInstructionHandler = reader.instruction
    parser.XmlDeclHandler = reader.declaration
    parser.StartDoctypeDeclHandler = reader.doctype
    try:
        parser.Parse(text.removeprefix("\ufeff").encode("utf-8", "surrogatepass"), True)
    except expat.ExpatError as error:
        said = expat.ErrorString(error.code)
        raise bad_xml(f"{said[:1].upper()}{said[1:]}. Line {error.lineno}, position {error.offset + 1}.") from None
    return reader.document


def write(rt: Runtime, node: XObject, *, indented: bool = True) -> str:
    """Write a node as XML."""
    text = written(node, indented=indented)
    rt.spend(len(text))
    return text
