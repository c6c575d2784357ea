"""Policy documents as the service reads and writes them.

The service takes a document as `xml` (real XML) or `rawxml`, in which the C# of policy expressions stands unescaped:
`@(a < b && "x")` and `@{ ... }` inside attributes and text. It answers re-indented, with CRLF and tabs, escaped for
`xml` and not for `rawxml`. A pair of tags stays a pair, an empty tag an empty tag.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType

from provision.emulator.policy.csharp import expression_end

NAME = re.compile(r"[A-Za-z_][\w.\-:]*")
ENTITY = re.compile(r"&(#x[0-9A-Fa-f]+|#[0-9]+|\w+);")
STRAY_AMPERSAND = re.compile(r"&(?!(#x[0-9A-Fa-f]+|#[0-9]+|\w+);)")
NAMED = MappingProxyType({"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"})
FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
MAX_DEPTH = 100


class PolicyError(ValueError):
    """The document is malformed; the message carries line and column."""


@dataclass(slots=True)
class Text:
    """Character data, decoded; `cdata` when it stood in a CDATA section."""

    value: str
    cdata: bool = False


@dataclass(slots=True)
class Comment:
    """A comment."""

    value: str


@dataclass(slots=True)
class Element:
    """An element; `paired` when it was written as two tags."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | Text | Comment] = field(default_factory=list)
    paired: bool = False


def is_expression(value: str) -> bool:
    """Tell whether a value is a policy expression."""
    return value.lstrip().startswith(("@(", "@{"))


class _Parser:
    def __init__(self, source: str, *, raw: bool) -> None:
        self.source = source.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
        self.raw = raw
        self.at = 0

    def fail(self, why: str, at: int | None = None) -> PolicyError:
        at = min(self.at if at is None else at, len(self.source))
        line = self.source.count("\n", 0, at) + 1
        return PolicyError(f"{why} Line {line}, position {at - self.source.rfind(chr(10), 0, at)}.")

    def document(self) -> list[Element | Text | Comment]:
        found = FORBIDDEN.search(self.source)
        if found:
            raise self.fail("The document contains an invalid character.", found.start())
        if self.source.lstrip().startswith("<?xml"):
            self.at = self.source.find("?>") + 2
            if self.at == 1:
                raise self.fail("The XML declaration is not closed.", 0)
        nodes = self.nodes(None, 0)
        roots = [n for n in nodes if isinstance(n, Element)]
        if any(isinstance(n, Text) for n in nodes):
            raise self.fail("Data at the root level is invalid.", 0)
        if len(roots) != 1:
            raise self.fail("There must be exactly one root element.", 0)
        return nodes

    def nodes(self, parent: str | None, depth: int) -> list[Element | Text | Comment]:
        if depth > MAX_DEPTH:
            raise self.fail("The elements are nested too deeply.")
        found: list[Element | Text | Comment] = []
        while self.at < len(self.source):
            if self.source.startswith("</", self.at):
                break
            node = self.node(depth)
            if node is not None:
                found.append(node)
        closing = f"</{parent}"
        if parent is not None:
            end = re.compile(re.escape(closing) + r"\s*>").match(self.source, self.at)
            if not end:
                raise self.fail(f"The start tag '{parent}' has no matching end tag.")
            self.at = end.end()
        elif self.at < len(self.source):
            raise self.fail("Unexpected end tag.")
        return [n for n in found if not (isinstance(n, Text) and not n.cdata and not n.value.strip())]

    def node(self, depth: int) -> Element | Text | Comment | None:
        source = self.source
        if source.startswith("<!--", self.at):
            return Comment(self.until("<!--", "-->"))
        if source.startswith("<![CDATA[", self.at):
            return Text(self.until("<![CDATA[", "]]>"), cdata=True)
        if source.startswith(("<!", "<?"), self.at):
            raise self.fail("Declarations and processing instructions are not allowed.")
        if source[self.at] == "<":
            return self.element(depth)
        return self.text()

    def until(self, opening: str, closing: str) -> str:
        start = self.at + len(opening)
        end = self.source.find(closing, start)
        if end < 0:
            raise self.fail(f"'{opening}' is not closed.")
        self.at = end + len(closing)
        return self.source[start:end]

    def text(self) -> Text:
        start = self.at
        while self.at < len(self.source) and self.source[self.at].isspace():
            self.at += 1
        if self.raw and self.source.startswith(("@(", "@{"), self.at):
            self.at = self.expression(self.at)
            end = self.source.find("<", self.at)
            self.at = len(self.source) if end < 0 else end
            return Text(self.source[start : self.at])
        end = self.source.find("<", self.at)
        self.at = len(self.source) if end < 0 else end
        return Text(self.decode(self.source[start : self.at], start))

    def element(self, depth: int) -> Element:
        name = self.name(self.at + 1)
        element = Element(name)
        while True:
            spaced = self.skip_space()
            if self.source.startswith("/>", self.at):
                self.at += 2
                return element
            if self.source.startswith(">", self.at):
                self.at += 1
                element.paired = True
                element.children = self.nodes(name, depth + 1)
                return element
            if not spaced:
                raise self.fail(f"The tag '{name}' is malformed.")
            key = self.name(self.at)
            if key in element.attributes:
                raise self.fail(f"'{key}' is a duplicate attribute name.")
            element.attributes[key] = self.attribute()

    def name(self, at: int) -> str:
        found = NAME.match(self.source, at)
        if not found:
            raise self.fail("A name was expected.", at)
        self.at = found.end()
        return found.group()

    def skip_space(self) -> bool:
        start = self.at
        while self.at < len(self.source) and self.source[self.at].isspace():
            self.at += 1
        return self.at > start

    def attribute(self) -> str:
        self.skip_space()
        if not self.source.startswith("=", self.at):
            raise self.fail("'=' was expected.")
        self.at += 1
        self.skip_space()
        quote = self.source[self.at : self.at + 1]
        if quote not in ('"', "'") or not quote:
            raise self.fail("A quoted attribute value was expected.")
        start = self.at + 1
        if self.raw and self.source.startswith(("@(", "@{"), start):
            self.at = self.expression(start)
            if not self.source.startswith(quote, self.at):
                raise self.fail("The expression is not followed by the closing quote.")
            self.at += 1
            return self.source[start : self.at - 1]
        end = self.source.find(quote, start)
        if end < 0:
            raise self.fail("The attribute value is not closed.")
        self.at = end + 1
        value = self.source[start:end]
        if "<" in value:
            raise self.fail("'<' is not allowed in an attribute value.", start)
        return self.decode(value, start)

    def decode(self, value: str, at: int) -> str:
        stray = STRAY_AMPERSAND.search(value)
        if stray:
            raise self.fail("'&' must be written as '&amp;'.", at + stray.start())

        def one(found: re.Match[str]) -> str:
            body = found.group(1)
            if body in NAMED:
                return NAMED[body]
            if not body.startswith("#"):
                raise self.fail(f"'{body}' is an undeclared entity.", at + found.start())
            code = int("0" + body[1:], 16) if body[1] == "x" else int(body[1:])
            character = chr(code) if code <= 0x10FFFF else "\0"  # noqa: PLR2004
            if FORBIDDEN.match(character):
                raise self.fail("Invalid character reference.", at + found.start())
            return character

        return ENTITY.sub(one, value)

    def expression(self, start: int) -> int:
        """Return where the expression that begins at `start` ends."""
        end = expression_end(self.source, start)
        if end < 0:
            raise self.fail("The expression is not closed.", start)
        return end


def parse(source: str, *, raw: bool) -> list[Element | Text | Comment]:
    """Parse a document into its top-level nodes; raises PolicyError."""
    return _Parser(source, raw=raw).document()


def root_of(nodes: list[Element | Text | Comment]) -> Element:
    """Return the root element of a parsed document."""
    return next(n for n in nodes if isinstance(n, Element))


def _escape(value: str) -> str:
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _attribute(value: str, *, raw: bool) -> str:
    if raw and value.startswith(("@(", "@{")):
        return value.replace("\n", "\r\n")
    escaped = _escape(value).replace('"', "&quot;")
    return escaped.replace("\t", "&#x9;").replace("\r", "&#xD;").replace("\n", "&#xA;")


def _text(node: Text, *, raw: bool) -> str:
    if node.cdata:
        return "<![CDATA[" + node.value.replace("\n", "\r\n") + "]]>"
    if raw and is_expression(node.value):
        return node.value.replace("\n", "\r\n")
    return _escape(node.value).replace("\r", "&#xD;").replace("\n", "\r\n")


def _write(node: Element | Text | Comment, indent: str | None, out: list[str], *, raw: bool) -> None:
    if isinstance(node, Text):
        out.append(_text(node, raw=raw))
        return
    if indent is not None and out:
        out.append("\r\n" + indent)
    if isinstance(node, Comment):
        out.append("<!--" + node.value.replace("\n", "\r\n") + "-->")
        return
    attributes = "".join(f' {key}="{_attribute(value, raw=raw)}"' for key, value in node.attributes.items())
    if not node.paired:
        out.append(f"<{node.name}{attributes} />")
        return
    out.append(f"<{node.name}{attributes}>")
    mixed = indent is None or any(isinstance(child, Text) for child in node.children)
    for child in node.children:
        _write(child, None if mixed else f"{indent}\t", out, raw=raw)
    if node.children and not mixed:
        out.append("\r\n" + (indent or ""))
    out.append(f"</{node.name}>")


def render(nodes: list[Element | Text | Comment], *, raw: bool) -> str:
    """Write a document as the service answers it: CRLF, tabs, and for `raw` expressions unescaped."""
    out: list[str] = []
    for node in nodes:
        _write(node, "", out, raw=raw)
    return "".join(out)
