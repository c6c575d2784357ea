"""Policy documents of API Management: whether they are well-formed, and a normal form to compare them by.

A document in the `rawxml` format isn't XML: C# stands unescaped in `@(...)` and `@{...}`, in attributes and in text
(learn.microsoft.com/azure/api-management/api-management-policy-expressions). In the `xml` format the same is escaped,
and Azure answers with either, re-indented and requoted. Both functions here read both, expression by expression.
"""

from __future__ import annotations

import contextlib
import difflib
import re
import sys
from dataclasses import dataclass, field
from itertools import takewhile
from typing import TYPE_CHECKING, NoReturn

from provision.errors import Mark, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

SECTIONS = ("inbound", "backend", "outbound", "on-error")
MAX_DEPTH = 100

_SPACE = " \t\n"
_NAME = re.compile(r"[^\W\d][\w.:-]*")
_START = re.compile(r"@[({]")
_REFERENCE = re.compile(r"&(?:(#[0-9]{1,7}|#x[0-9a-fA-F]{1,6}|quot|amp|lt|gt|apos);)?")
_NAMED = {"quot": '"', "amp": "&", "lt": "<", "gt": ">", "apos": "'"}
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CODE = re.compile(
    r"""(?P<comment> //[^\n]* | /\*.*?\*/ )
      | (?P<interpolated> \$@?" | @\$" )
      | (?P<string> @"(?:[^"]|"")*+" | "(?:[^"\\\n]|\\[^\n])*+" | '(?:[^'\\\n]|\\[^\n][0-9A-Fa-f]{0,8})' )
      | (?P<open> [(\[{] )
      | (?P<close> [)\]}] )
      | (?P<bad> /\* | @?" | ' )
      | (?P<space> [ \t\n\f\v]+ )
      | (?P<other> [^][(){}"'@$/ \t\n\f\v]+ | . )""",
    re.VERBOSE | re.DOTALL,
)
_IN_STRING = {
    True: re.compile(r'(?:[^"{]|""|\{\{)*+'),  # verbatim, $@"..."
    False: re.compile(r'(?:[^"\\{\n]|\\[^\n]|\{\{)*+'),
}
_PAIRS = {"(": ")", "[": "]", "{": "}"}
Token = tuple[str, str]  # kind: a group of _CODE
Finding = tuple[int, str, str, str]  # offset, what, why, fix


@dataclass(slots=True)
class _Text:
    value: str
    at: int


@dataclass(slots=True)
class _Comment:
    value: str


@dataclass(slots=True)
class _Element:
    name: str
    at: int
    attributes: list[tuple[str, str]] = field(default_factory=list)
    children: list[_Element | _Text | _Comment] = field(default_factory=list)

    def elements(self) -> list[_Element]:
        return [child for child in self.children if isinstance(child, _Element)]


class _Broken(Exception):  # noqa: N818 - it never leaves this module
    """The structure ends here; the parser has noted why."""


class _Unbalanced(Exception):  # noqa: N818 - the same
    """An expression has no end; `at` is the offset of what `why` calls HERE."""

    def __init__(self, at: int, why: str) -> None:
        super().__init__()
        self.at, self.why = at, why


def check(text: str, file: str, *, root: str = "policies") -> list[Problem]:
    """Find what is wrong with a policy document (a fragment: `root="fragment"`), in the order of the text."""
    parser = _Parser(_unified(text).removeprefix("\ufeff"))
    parser.parse()
    found = [*parser.problems, *_misplaced(parser, root)]
    return sorted(Problem(Mark(file, *parser.place(at)), *rest) for at, *rest in found)


def canonical(text: str) -> str:
    """Bring a policy document into a normal form: equal for all that Azure makes of one, and readable in a diff.

    Two spaces of indentation, an element a line, attributes sorted, C# unescaped and indented by its brackets. What
    isn't well-formed comes back as it is, with its line endings unified and without the space around it.
    """
    text = _unified(text).strip(_SPACE + "\ufeff")
    parser = _Parser(text)
    parser.parse()
    return text if parser.problems else "\n".join(_render(child, "") for child in _content(parser.tree))


def _unified(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


class _Parser:
    """Reads a document into `tree`, whose children are the roots; `problems` are in the order of reading."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.tree = _Element("", 0)
        self.open = [self.tree]
        self.problems: list[Finding] = []

    def place(self, at: int) -> tuple[int, int]:
        return self.text.count("\n", 0, at) + 1, at - self.text.rfind("\n", 0, at)

    def parse(self) -> None:
        with contextlib.suppress(_Broken):
            if bad := _NO_XML.search(self.text):
                self.stop(bad.start(), f"the character U+{ord(bad[0]):04X}", "XML doesn't allow it", "remove it")
            while self.at < len(self.text):
                self.step()
            if len(self.open) > 1:
                name = self.open[-1].name
                self.stop(self.open[-1].at, f"<{name}> is never closed", "the text ends first", f"add </{name}>")

    def stop(self, *finding: *Finding) -> NoReturn:
        self.problems.append(finding)
        raise _Broken

    def step(self) -> None:
        if self.text[self.at] != "<":
            self.add_text(*self.value(self.at, "<"))
            return
        readers = {"<!--": self.comment, "<![CDATA[": self.cdata, "<?": self.instruction, "</": self.end_tag}
        prefix = next((prefix for prefix in readers if self.text.startswith(prefix, self.at)), "")
        readers.get(prefix, self.start_tag)()

    def upto(self, end: str, skip: int, what: str) -> str:
        """Move behind the next `end`; answers what is before it."""
        start = self.at + skip
        found = self.text.find(end, start)
        if found < 0:
            self.stop(self.at, f"the {what} is never closed", "the text ends first", f"add {end}")
        self.at = found + len(end)
        return self.text[start:found]

    def add_text(self, value: str, end: int) -> None:
        siblings = self.open[-1].children
        if siblings and isinstance(siblings[-1], _Text):
            siblings[-1].value += value
        else:
            siblings.append(_Text(value, self.at))
        self.at = end

    def comment(self) -> None:
        at, value = self.at, self.upto("-->", 4, "comment")
        if "--" in value:
            self.problems.append((at, "-- stands in a comment", "XML doesn't allow it", "remove one -"))
        self.open[-1].children.append(_Comment(value))

    def cdata(self) -> None:
        at, value = self.at, self.upto("]]>", 9, "CDATA section")
        if _START.match(value.lstrip(_SPACE)):
            start = at + 9 + len(value) - len(value.lstrip(_SPACE))
            try:
                _scan(value, start - at - 8)
            except _Unbalanced as unbalanced:
                self.unclosed(start, at + 9 + unbalanced.at, unbalanced.why)
        end, self.at = self.at, at
        self.add_text(value, end)

    def instruction(self) -> None:
        at, value = self.at, self.upto("?>", 2, "<?")
        if self.tree.elements() or value[:4].split() != ["xml"]:
            self.problems.append((at, "<? can't stand here", "only an XML declaration at the start can", "remove it"))

    def end_tag(self) -> None:
        at = self.at
        name = self.upto(">", 2, "tag").strip(_SPACE)
        opened = self.open[-1]
        if len(self.open) == 1:
            self.stop(at, f"</{name}> closes nothing", "no element is open here", "remove it")
        if name != opened.name:
            line, column = self.place(opened.at)
            why = f"<{opened.name}> of line {line}, column {column} is still open"
            self.stop(at, f"</{name}> stands where </{opened.name}> has to be", why, f"close <{opened.name}> first")
        self.open.pop()

    def start_tag(self) -> None:
        at = self.at
        name = _NAME.match(self.text, at + 1)
        if name is None:
            doctype = self.text.startswith("<!", at)
            fix = "remove it" if doctype else "write &lt; for a < in text"
            self.stop(at, "<! can't stand here" if doctype else "< starts no tag here", "", fix)
        if len(self.open) > MAX_DEPTH:
            self.stop(at, f"more than {MAX_DEPTH} levels of elements", "no policy is that deep", "flatten it")
        element = _Element(name[0], at)
        self.open[-1].children.append(element)
        self.at = name.end()
        while not self.text.startswith((">", "/>"), self.skip_space()):
            if self.at == len(self.text):
                self.stop(at, f"the tag <{element.name}> is never closed", "the text ends first", "add >")
            self.attribute(element)
        if self.text[self.at] == ">":
            self.open.append(element)
        self.at = self.text.index(">", self.at) + 1

    def skip_space(self) -> int:
        while self.text.startswith(tuple(_SPACE), self.at):
            self.at += 1
        return self.at

    def attribute(self, element: _Element) -> None:
        at, tag = self.at, f"<{element.name}>"
        match = _NAME.match(self.text, at)
        if match is None:
            what = f"{self.text[at]} can't stand in the tag {tag}"
            self.stop(at, what, 'a tag holds attributes: name="value"', "check the quotes before it, or remove it")
        name, self.at = match[0], match.end()
        if self.text[at - 1] not in _SPACE:
            self.problems.append((at, f"no space before the attribute {name}", "", "add one"))
        if any(name == known for known, _ in element.attributes):
            self.problems.append((at, f"{tag} has the attribute {name} twice", "", "keep one of them"))
        if not self.text.startswith("=", self.skip_space()):
            self.stop(at, f"the attribute {name} of {tag} has no value", "", f'write {name}="..."')
        self.at += 1
        quote = self.text[self.skip_space() : self.at + 1]
        if quote not in ('"', "'"):
            self.stop(self.at, f"the value of {name} is not in quotes", "", f'write {name}="..."')
        value, end = self.value(self.at + 1, quote)
        element.attributes.append((name, value))
        self.at = end + 1

    def value(self, at: int, stop: str) -> tuple[str, int]:
        """Decode the text from `at` up to `stop` (a quote, or < for text); answers also where that is."""
        end = self.text.find(stop, at)
        if end < 0 and stop == "<":
            end = len(self.text)
        if end >= 0 and not _START.search(self.text, at, end):
            return self.literal(at, end, stop), end
        bad: list[int] = []
        decoded = _decoded(self.text[at:end], bad)
        # The `xml` format: inside the limits that XML sets, what the entities stand for is C#.
        if end >= 0 and not bad and "<" not in self.text[at:end] and _is_balanced(decoded):
            return decoded, end
        return self.raw(at, stop)

    def raw(self, at: int, stop: str) -> tuple[str, int]:
        """Do the same in the `rawxml` format, where only C# says where an expression ends."""
        parts, start, after = [], at, at
        either = re.compile(_START.pattern + "|" + stop)
        while (match := either.search(self.text, after)) and match[0] != stop:
            try:
                tokens, after = _scan(self.text, match.start() + 1)
            except _Unbalanced as unbalanced:
                if not self.text[at : match.start()].strip(_SPACE):
                    escaped = "&quot;" in self.text[at : self.text.find(stop, at)]
                    why = "the value ends first" if escaped else unbalanced.why
                    self.unclosed(match.start(), unbalanced.at, why)
                after = match.end()
                continue
            parts += [self.literal(start, match.start(), stop), "@"]
            # C# is often half escaped, `&amp;&amp;` beside raw quotes; in a string literal an entity is meant as it is.
            parts += [token if kind in ("string", "interpolated") else _decoded(token, []) for kind, token in tokens]
            start = after
        if match is None and stop != "<":
            self.stop(self.at, "the quote is never closed", "the text ends first", f"add the closing {stop}")
        end = match.start() if match else len(self.text)
        return "".join([*parts, self.literal(start, end, stop)]), end

    def literal(self, at: int, end: int, stop: str) -> str:
        text, bad = self.text[at:end], list[int]()
        if stop != "<" and "<" in text:
            if "\n" in text:
                why = "the value runs into the next tag"
                self.stop(self.at, "the quote is never closed", why, f"add the closing {stop}")
            self.problems.append((at + text.index("<"), "< stands in the value of an attribute", "", "write &lt;"))
        decoded = _decoded(text, bad)
        why = "XML knows &amp; &lt; &gt; &quot; &apos; and numbers such as &#160;"
        self.problems += [(at + offset, "& starts no entity here", why, "write &amp; for a plain &") for offset in bad]
        return decoded

    def unclosed(self, start: int, at: int, why: str) -> NoReturn:
        line, column = self.place(at)
        what = f"the expression {self.text[start : start + 2]} is never closed"
        fix = f"add the missing {_PAIRS[self.text[start + 1]]}"
        self.stop(start, what, why.replace("HERE", f"line {line}, column {column}"), fix)


def _decoded(text: str, bad: list[int]) -> str:
    """Replace the entities; the offsets of those that XML doesn't know are added to `bad`."""

    def replace(match: re.Match[str]) -> str:
        name = match[1] or ""
        code = int("0" + name[1:], 0) if name.startswith("#x") else int(name[1:]) if name.startswith("#") else -1
        character = _NAMED.get(name, chr(code) if 0 < code <= sys.maxunicode else "")
        if not character or _NO_XML.match(character):
            bad.append(match.start())
            return match[0]
        return character

    return _unified(_REFERENCE.sub(replace, text)) if "&" in text else text


def _scan(text: str, at: int, depth: int = 0) -> tuple[list[Token], int]:
    """C# from the bracket at `at` to the one that closes it: its tokens, and the offset behind."""
    tokens: list[Token] = []
    brackets: list[tuple[str, int]] = []
    while match := _CODE.match(text, at):
        kind, start, at = str(match.lastgroup), at, match.end()
        if kind == "bad":
            what = "comment" if match[0] == "/*" else "string"
            raise _Unbalanced(start, f"the {what} at HERE has no end")
        if kind == "interpolated":
            at = _interpolated(text, start, at, depth)
        elif kind == "open":
            brackets.append((match[0], start))
        elif kind == "close" and _PAIRS[brackets.pop()[0]] != match[0]:
            raise _Unbalanced(start, f"the {match[0]} at HERE closes another bracket")
        tokens.append((kind, text[start:at]))
        if not brackets:
            return tokens, at
    raise _Unbalanced(brackets[-1][1], f"the {brackets[-1][0]} at HERE has no partner")


def _interpolated(text: str, start: int, at: int, depth: int) -> int:
    """Find the offset behind an interpolated string, whose holes are C# again."""
    verbatim = "@" in text[start:at]
    while match := _IN_STRING[verbatim].match(text, at):
        at = match.end()
        following = text[at : at + 1]
        if following == '"':
            return at + 1
        if following != "{" or depth > MAX_DEPTH:
            break
        at = _scan(text, at, depth + 1)[1]
    raise _Unbalanced(start, "the string at HERE has no end")


def _segments(value: str) -> Iterator[str | list[Token]]:
    """Split a decoded value into plain text and the tokens of its expressions."""
    start = after = 0
    while match := _START.search(value, after):
        try:
            tokens, after = _scan(value, match.start() + 1)
        except _Unbalanced:
            after = match.end()
            continue
        yield value[start : match.start()]
        yield tokens
        start = after
    yield value[start:]


def _is_balanced(value: str) -> bool:
    return not any(isinstance(part, str) and _START.search(part) for part in _segments(value))


def _layout(tokens: list[Token], pad: str) -> str:
    """Write an expression with its lines indented by its brackets; inside string literals nothing changes."""
    out, brackets, line = ["@"], list[int](), 0
    for index, (kind, token) in enumerate(tokens):
        if kind == "space" and "\n" in token:
            line += 1
            closing = len(list(takewhile(lambda following: following[0] == "close", tokens[index + 1 : index + 50])))
            out.append("\n" + pad + "  " * len(set(brackets[: len(brackets) - closing])))
        elif kind == "comment":
            indentation = "\n" + pad + "  " * len(set(brackets))
            out.append(indentation.join(part.strip(_SPACE) for part in token.split("\n")))
        else:
            out.append(" " if kind == "space" else token)
        if kind == "open":
            brackets.append(line)
        elif kind == "close":
            brackets.pop()
    return "".join(out)


def _normal(value: str, stop: str) -> list[str | list[Token]]:
    """Segments of a value without what XML says nothing by: space around text, line ends and tabs in attributes."""
    if stop == "<":
        return list(_segments(value.strip(_SPACE)))
    return [re.sub(r"[\t\n]", " ", part) if isinstance(part, str) else part for part in _segments(value)]


def _print(value: str, stop: str, pad: str) -> str:
    """Write a value: plain text escaped, C# as it is unless that would be read as something else."""
    entities = str.maketrans({"&": "&amp;", "<": "&lt;"} | ({'"': "&quot;"} if stop == '"' else {}))
    parts = _normal(value, stop)
    meant = [part if isinstance(part, str) else _layout(part, "") for part in parts]
    out = ""
    for escape in (False, True):
        pieces = [
            # What looks like the start of an expression, and isn't, must not become one by what comes behind it.
            _START.sub(lambda match: "&#64;" + match[0][1], part.translate(entities))
            if isinstance(part, str)
            else _layout(part, pad).translate(entities if escape else {})
            for part in parts
        ]
        out = "".join(pieces)
        reader = _Parser(out + stop)
        with contextlib.suppress(_Broken):
            read, end = reader.value(0, stop)
            again = "".join(part if isinstance(part, str) else _layout(part, "") for part in _normal(read, stop))
            if end == len(out) and again == "".join(meant):
                break
    return out


def _content(element: _Element) -> list[_Element | _Text | _Comment]:
    return [child for child in element.children if not isinstance(child, _Text) or child.value.strip(_SPACE)]


def _render(node: _Element | _Text | _Comment, pad: str) -> str:
    if isinstance(node, _Text):
        return pad + _print(node.value, "<", pad)
    if isinstance(node, _Comment):
        lines = [line.strip(_SPACE) for line in node.value.strip(_SPACE).split("\n")]
        return f"{pad}<!-- " + f"\n{pad}  ".join(lines) + " -->"
    tag = node.name + "".join(f' {name}="{_print(value, chr(34), pad)}"' for name, value in sorted(node.attributes))
    children = _content(node)
    if not children:
        return f"{pad}<{tag} />"
    if len(children) == 1 and isinstance(children[0], _Text):
        return f"{pad}<{tag}>{_print(children[0].value, '<', pad)}</{node.name}>"
    inside = "\n".join(_render(child, pad + "  ") for child in children)
    return f"{pad}<{tag}>\n{inside}\n{pad}</{node.name}>"


def _misplaced(parser: _Parser, root: str) -> Iterator[Finding]:
    """Find what stands where Azure takes no element or text, in what could be read."""
    roots = parser.tree.elements()
    if not roots and not parser.problems:
        yield 0, f"there is no <{root}>", "the document is empty", f"write <{root}>...</{root}>"
    yield from _stray(parser.tree, f"outside of <{root}>")
    for index, element in enumerate(roots):
        if index:
            yield element.at, f"<{element.name}> is a second root element", "a document has one", "remove it"
        elif element.name != root:
            fix = _did_you_mean(element.name, (root,)) or f"write <{root}>"
            yield element.at, f"the document is a <{element.name}>", f"it has to be <{root}>", fix
        elif root == "policies":
            yield from _sections(parser, element)


def _sections(parser: _Parser, policies: _Element) -> Iterator[Finding]:
    yield from _stray(policies, "directly in <policies>")
    first: dict[str, int] = {}
    for section in policies.elements():
        name = section.name
        if name not in SECTIONS:
            why = "only <inbound>, <backend>, <outbound> and <on-error> can"
            fix = _did_you_mean(name, SECTIONS) or "move it into one of them"
            yield section.at, f"<{name}> can't stand in <policies>", why, fix
        elif name in first:
            why = f"the first is in line {parser.place(first[name])[0]}"
            yield section.at, f"<{name}> is here twice", why, "make one of them"
        else:
            yield from _stray(section, f"directly in <{name}>")
        first.setdefault(name, section.at)


def _stray(element: _Element, where: str) -> Iterator[Finding]:
    for child in _content(element):
        if isinstance(child, _Text):
            at = child.at + len(child.value) - len(child.value.lstrip(_SPACE))
            yield at, f"text stands {where}", "only elements can", "remove it"


def _did_you_mean(name: str, known: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(name.lower(), known, n=1)
    return f"did you mean <{close[0]}>?" if close else ""
