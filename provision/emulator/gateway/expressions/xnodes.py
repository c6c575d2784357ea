"""XML as Linq to XML keeps it: nodes that know their parents; names with their namespaces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from provision.emulator.gateway.expressions.errors import Thrown, bad_argument
from provision.emulator.gateway.expressions.values import Net, Tree, TypeRef
from provision.emulator.gateway.expressions.xmlwriting import written

if TYPE_CHECKING:
    from collections.abc import Iterator

XMLNS = "http://www.w3.org/2000/xmlns/"


@dataclass(frozen=True, slots=True)
class XNamespace(Net):
    """A namespace."""

    uri: str

    def operate(self, sign: str, other: Any) -> Any:
        """Namespace + name is a name."""
        return XName(self.uri, other) if sign == "+" and isinstance(other, str) else NotImplemented

    def __str__(self) -> str:
        return self.uri


@dataclass(frozen=True, slots=True)
class XName(Net):
    """A name in a namespace."""

    uri: str
    local: str

    def operate(self, _: str, __: Any) -> Any:
        """It has no operators but equality."""
        return NotImplemented

    def __str__(self) -> str:
        return f"{{{self.uri}}}{self.local}" if self.uri else self.local


def name_of(text: Any) -> XName:
    """Read `name` or `{namespace}name`."""
    if isinstance(text, XName):
        return text
    if text.startswith("{"):
        uri, _, local = text[1:].partition("}")
    else:
        uri, local = "", text
    if not local or any(one in local for one in " <>&\"'/=:"):
        raise Thrown("XmlException", f"The name '{text}' is no name of XML.")
    return XName(uri, local)


class XObject(Tree):
    """Anything in a document; `kind` is its XmlNodeType."""

    __slots__ = ("parent",)
    kind: ClassVar[str]

    def __init__(self) -> None:
        self.parent: XContainer | None = None

    @property
    def type(self) -> TypeRef:
        """Its class."""
        return TypeRef(type(self).__name__)

    def __str__(self) -> str:
        return written(self)

    def remove(self) -> None:
        """Take it out of its parent."""
        if self.parent is None:
            raise Thrown("InvalidOperationException", "The parent is missing.")
        self.parent.drop(self)

    def copy(self) -> XObject:
        """Return a copy that has no parent."""
        raise NotImplementedError


class XText(XObject):
    """Text; of the classes below too."""

    __slots__ = ("value",)
    kind = "Text"

    def __init__(self, value: str) -> None:
        super().__init__()
        self.value = value

    def copy(self) -> XObject:
        """Return a copy."""
        return type(self)(self.value)


class XCData(XText):
    """Text that is written as CDATA."""

    __slots__ = ()
    kind = "CDATA"


class XComment(XText):
    """A comment."""

    __slots__ = ()
    kind = "Comment"


class XProcessingInstruction(XText):
    """An instruction: `target data`."""

    __slots__ = ()
    kind = "ProcessingInstruction"


class XAttribute(XObject):
    """An attribute."""

    __slots__ = ("name", "value")
    kind = "Attribute"

    def __init__(self, name: XName, value: str) -> None:
        super().__init__()
        self.name = name
        self.value = value

    def copy(self) -> XObject:
        """Return a copy."""
        return XAttribute(self.name, self.value)

    @property
    def declares(self) -> bool:
        """Tell whether it declares a namespace."""
        return self.name.uri == XMLNS or (not self.name.uri and self.name.local == "xmlns")


class XContainer(XObject):
    """What has nodes."""

    __slots__ = ("nodes",)

    def __init__(self) -> None:
        super().__init__()
        self.nodes: list[XObject] = []

    def inner(self) -> list[Any]:
        """Its nodes."""
        return self.nodes

    def add(self, one: XObject, at: int | None = None) -> None:
        """Put a node in, at the end or where it should be; one that has a parent is copied."""
        made = one.copy() if one.parent is not None or one is self else one
        made.parent = self
        if at is None:
            self.nodes.append(made)
        else:
            self.nodes.insert(at, made)

    def drop(self, one: XObject) -> None:
        """Take a node or an attribute out."""
        self.nodes[:] = [node for node in self.nodes if node is not one]
        one.parent = None

    def elements(self, name: XName | None = None) -> list[XElement]:
        """The elements directly inside, of a name."""
        return [one for one in self.nodes if isinstance(one, XElement) and (name is None or one.name == name)]

    def descendants(self, name: XName | None = None) -> Iterator[XElement]:
        """All elements inside, of a name, in the order of the document."""
        stack = list(reversed(self.elements()))
        while stack:
            one = stack.pop()
            if name is None or one.name == name:
                yield one
            stack += reversed(one.elements())

    def inner_nodes(self) -> Iterator[XObject]:
        """All nodes inside."""
        stack = list(reversed(self.nodes))
        while stack:
            one = stack.pop()
            yield one
            if isinstance(one, XContainer):
                stack += reversed(one.nodes)


class XElement(XContainer):
    """An element."""

    __slots__ = ("attributes", "name")
    kind = "Element"

    def __init__(self, name: XName) -> None:
        super().__init__()
        self.name = name
        self.attributes: list[XAttribute] = []

    @property
    def value(self) -> str:
        """All text inside."""
        plain = (XComment, XProcessingInstruction)
        return "".join(one.value for one in self.inner_nodes() if isinstance(one, XText) and not isinstance(one, plain))

    def attribute(self, name: XName) -> XAttribute | None:
        """Return an attribute."""
        return next((one for one in self.attributes if one.name == name), None)

    def put_attribute(self, one: XAttribute) -> None:
        """Add an attribute whose name must be new."""
        if self.attribute(one.name) is not None:
            raise Thrown("InvalidOperationException", "Duplicate attribute.")
        made = one if one.parent is None else XAttribute(one.name, one.value)
        made.parent = self
        self.attributes.append(made)

    def drop(self, one: XObject) -> None:
        """Take a node or an attribute out."""
        self.attributes[:] = [found for found in self.attributes if found is not one]
        super().drop(one)

    def copy(self) -> XObject:
        """Return a copy."""
        made = XElement(self.name)
        for one in self.attributes:
            made.put_attribute(XAttribute(one.name, one.value))
        for node in self.nodes:
            made.add(node.copy())
        return made


@dataclass(frozen=True, slots=True)
class XDeclaration(Net):
    """`<?xml …?>`."""

    version: str = "1.0"
    encoding: str | None = None
    standalone: str | None = None

    def __str__(self) -> str:
        encoding = f' encoding="{self.encoding}"' if self.encoding else ""
        standalone = f' standalone="{self.standalone}"' if self.standalone else ""
        return f'<?xml version="{self.version}"{encoding}{standalone}?>'


class XDocument(XContainer):
    """A document."""

    __slots__ = ("declaration",)
    kind = "Document"

    def __init__(self) -> None:
        super().__init__()
        self.declaration: XDeclaration | None = None

    @property
    def root(self) -> XElement | None:
        """Its element."""
        return next(iter(self.elements()), None)

    def add(self, one: XObject, at: int | None = None) -> None:
        """Put a node in; there is one element only, and no text."""
        if isinstance(one, XElement) and self.root is not None:
            raise Thrown("InvalidOperationException", "This operation would create an incorrectly structured document.")
        if isinstance(one, XText) and not isinstance(one, XComment | XProcessingInstruction):
            raise bad_argument("Non-whitespace characters cannot be added to content.")
        super().add(one, at)

    def copy(self) -> XObject:
        """Return a copy."""
        made = XDocument()
        made.declaration = self.declaration
        for one in self.nodes:
            made.add(one.copy())
        return made
