"""A policy document as a tree, in the raw format as in the escaped one."""

from __future__ import annotations

import contextlib
import re
import sys
from bisect import bisect_right
from collections.abc import Callable
from types import MappingProxyType
from typing import NoReturn

from provision.errors import LISTED
from provision.policyxml.code import MAX_DEPTH, PAIRS, SPACE, START, Token, Unbalanced, is_balanced, scan, unified
from provision.policyxml.nodes import Comment, Element, Text

_NAME = re.compile(r"[^\W\d][\w.:-]*")
_REFERENCE = re.compile(r"&(?:(#[0-9]{1,7}|#x[0-9a-fA-F]{1,6}|quot|amp|lt|gt|apos);)?")
_NAMED = MappingProxyType({"quot": '"', "amp": "&", "lt": "<", "gt": ">", "apos": "'"})
_PATIENCE = 50  # times that a text is read in search of the ends of expressions
_NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
Finding = tuple[int, str, str, str]  # offset, what, why, fix
Shift = Callable[[int, int], tuple[int, int]]


class Broken(Exception):  # noqa: N818 - it never leaves this module
    """The structure ends here; the parser has noted why."""


class Parser:
    """Reads a document into `tree`, whose children are the roots.

    `problems` are in the order of reading, the first hundred of them; `more` says how many there are beside them.
    `shift` brings a line and a column of the text to where they are in a file that holds it.
    """

    def __init__(self, text: str, shift: Shift | None = None) -> None:
        self.text, self.shift = text, shift
        self.at = 0
        self.tree = Element("", 0)
        self.open = [self.tree]
        self.problems: list[Finding] = []
        self.more = 0
        self._lines: list[int] = []
        self._hopeless: dict[int, tuple[int, str, int]] = {}  # brackets that are known to have no end, and why
        self.effort = 0  # characters that were read to find out

    def place(self, at: int) -> tuple[int, int]:
        """Line and column of an offset, from 1."""
        self._lines = self._lines or [0, *(match.end() for match in re.finditer("\n", self.text))]
        line = bisect_right(self._lines, at)
        found = line, at - self._lines[line - 1] + 1
        return self.shift(*found) if self.shift else found

    def _note(self, *finding: *Finding) -> None:
        if len(self.problems) < LISTED:
            self.problems.append(finding)
        else:
            self.more += 1

    def parse(self) -> None:
        """Read all that can be read."""
        with contextlib.suppress(Broken):
            if bad := _NO_XML.search(self.text):
                self._stop(bad.start(), f"the character U+{ord(bad[0]):04X}", "XML doesn't allow it", "remove it")
            while self.at < len(self.text):
                self._step()
            if len(self.open) > 1:
                name = self.open[-1].name
                self._stop(self.open[-1].at, f"<{name}> is never closed", "the text ends first", f"add </{name}>")

    def _stop(self, *finding: *Finding) -> NoReturn:
        self._note(*finding)
        raise Broken

    def _step(self) -> None:
        if self.text[self.at] != "<":
            self._add_text(*self.value(self.at, "<"))
            return
        readers = {"<!--": self._comment, "<![CDATA[": self._cdata, "<?": self._instruction, "</": self._end_tag}
        prefix = next((prefix for prefix in readers if self.text.startswith(prefix, self.at)), "")
        readers.get(prefix, self._start_tag)()

    def _upto(self, end: str, skip: int, what: str) -> str:
        """Move behind the next `end`; answers what is before it."""
        start = self.at + skip
        found = self.text.find(end, start)
        if found < 0:
            self._stop(self.at, f"the {what} is never closed", "the text ends first", f"add {end}")
        self.at = found + len(end)
        return self.text[start:found]

    def _add_text(self, value: str, end: int) -> None:
        siblings = self.open[-1].children
        if siblings and isinstance(siblings[-1], Text):
            siblings[-1].add(value)
        else:
            siblings.append(Text(value, self.at))
        self.at = end

    def _comment(self) -> None:
        at, value = self.at, self._upto("-->", 4, "comment")
        if "--" in value:
            self._note(at, "-- stands in a comment", "XML doesn't allow it", "remove one -")
        self.open[-1].children.append(Comment(value))

    def _cdata(self) -> None:
        at, value = self.at, self._upto("]]>", 9, "CDATA section")
        if START.match(value.lstrip(SPACE)):
            start = at + 9 + len(value) - len(value.lstrip(SPACE))
            try:
                scan(value, start - at - 8)
            except Unbalanced as unbalanced:
                self._unclosed(start, at + 9 + unbalanced.at, unbalanced.why)
        end, self.at = self.at, at
        self._add_text(value, end)

    def _instruction(self) -> None:
        at, value = self.at, self._upto("?>", 2, "<?")
        if self.tree.elements() or value[:4].split() != ["xml"]:
            self._note(at, "<? can't stand here", "only an XML declaration at the start can", "remove it")

    def _end_tag(self) -> None:
        at = self.at
        name = self._upto(">", 2, "tag").strip(SPACE)
        opened = self.open[-1]
        if len(self.open) == 1:
            self._stop(at, f"</{name}> closes nothing", "no element is open here", "remove it")
        if name != opened.name:
            line, column = self.place(opened.at)
            why = f"<{opened.name}> of line {line}, column {column} is still open"
            self._stop(at, f"</{name}> stands where </{opened.name}> has to be", why, f"close <{opened.name}> first")
        self.open.pop()

    def _start_tag(self) -> None:
        at = self.at
        name = _NAME.match(self.text, at + 1)
        if name is None:
            doctype = self.text.startswith("<!", at)
            fix = "remove it" if doctype else "write &lt; for a < in text"
            self._stop(at, "<! can't stand here" if doctype else "< starts no tag here", "", fix)
        if len(self.open) > MAX_DEPTH:
            self._stop(at, f"more than {MAX_DEPTH} levels of elements", "no policy is that deep", "flatten it")
        element = Element(name[0], at)
        self.open[-1].children.append(element)
        self.at, seen = name.end(), set[str]()
        while not self.text.startswith((">", "/>"), self._skip_space()):
            if self.at == len(self.text):
                self._stop(at, f"the tag <{element.name}> is never closed", "the text ends first", "add >")
            self._attribute(element, seen)
        if self.text[self.at] == ">":
            self.open.append(element)
        self.at = self.text.index(">", self.at) + 1

    def _skip_space(self) -> int:
        while self.text.startswith(tuple(SPACE), self.at):
            self.at += 1
        return self.at

    def _attribute(self, element: Element, seen: set[str]) -> None:
        at, tag = self.at, f"<{element.name}>"
        match = _NAME.match(self.text, at)
        if match is None:
            what = f"{self.text[at]} can't stand in the tag {tag}"
            self._stop(at, what, 'a tag holds attributes: name="value"', "check the quotes before it, or remove it")
        name, self.at = match[0], match.end()
        if self.text[at - 1] not in SPACE:
            self._note(at, f"no space before the attribute {name}", "", "add one")
        if name in seen:
            self._note(at, f"{tag} has the attribute {name} twice", "", "keep one of them")
        seen.add(name)
        if not self.text.startswith("=", self._skip_space()):
            self._stop(at, f"the attribute {name} of {tag} has no value", "", f'write {name}="..."')
        self.at += 1
        quote = self.text[self._skip_space() : self.at + 1]
        if quote not in ('"', "'"):
            self._stop(self.at, f"the value of {name} is not in quotes", "", f'write {name}="..."')
        value, end = self.value(self.at + 1, quote)
        element.attributes.append((name, value))
        self.at = end + 1

    def value(self, at: int, stop: str) -> tuple[str, int]:
        """Decode the text from `at` up to `stop` (a quote, or < for text); answers also where that is."""
        end = self.text.find(stop, at)
        if end < 0 and stop == "<":
            end = len(self.text)
        if end >= 0 and not START.search(self.text, at, end):
            return self._literal(at, end, stop), end
        bad: list[int] = []
        decoded = _decoded(self.text[at:end], bad)
        # The `xml` format: inside the limits that XML sets, what the entities stand for is C#.
        if end >= 0 and not bad and "<" not in self.text[at:end] and is_balanced(decoded):
            return decoded, end
        return self._raw(at, stop)

    def _raw(self, at: int, stop: str) -> tuple[str, int]:
        """Do the same in the `rawxml` format, where only C# says where an expression ends."""
        parts, start, after = [], at, at
        either = re.compile(START.pattern + "|" + stop)
        while (match := either.search(self.text, after)) and match[0] != stop:
            try:
                tokens, after = self._expression(match.start() + 1)
            except Unbalanced as unbalanced:
                if not self.text[at : match.start()].strip(SPACE):
                    escaped = "&quot;" in self.text[at : self.text.find(stop, at)]
                    why = "the value ends first" if escaped else unbalanced.why
                    self._unclosed(match.start(), unbalanced.at, why)
                match = re.compile(stop).search(self.text, match.end())
                break
            parts += [self._literal(start, match.start(), stop), "@"]
            # C# is often half escaped, `&amp;&amp;` beside raw quotes; in a string literal an entity is meant as it is.
            parts += [token if kind in ("string", "interpolated") else _decoded(token, []) for kind, token in tokens]
            start = after
        if match is None and stop != "<":
            self._stop(self.at, "the quote is never closed", "the text ends first", f"add the closing {stop}")
        end = match.start() if match else len(self.text)
        return "".join([*parts, self._literal(start, end, stop)]), end

    def _expression(self, bracket: int) -> tuple[list[Token], int]:
        """Read the expression of a bracket; of one that is without an end, what was found out is kept."""
        if bracket in self._hopeless:
            raise Unbalanced(*self._hopeless[bracket])
        try:
            return scan(self.text, bracket)
        except Unbalanced as unbalanced:
            known = (unbalanced.at, unbalanced.why, unbalanced.reached)
            self._hopeless |= dict.fromkeys((bracket, *unbalanced.opened), known)
            self.effort += unbalanced.reached - bracket
            if self.effort > _PATIENCE * len(self.text):
                why = "the rest of the text is read again for each of them"
                self._stop(bracket - 1, "too many expressions without an end", why, "close them")
            raise

    def _literal(self, at: int, end: int, stop: str) -> str:
        text, bad = self.text[at:end], list[int]()
        if stop != "<" and "<" in text:
            if "\n" in text:
                why = "the value runs into the next tag"
                self._stop(self.at, "the quote is never closed", why, f"add the closing {stop}")
            self._note(at + text.index("<"), "< stands in the value of an attribute", "", "write &lt;")
        decoded = _decoded(text, bad)
        why = "XML knows &amp; &lt; &gt; &quot; &apos; and numbers such as &#160;"
        for offset in bad:
            self._note(at + offset, "& starts no entity here", why, "write &amp; for a plain &")
        return decoded

    def _unclosed(self, start: int, at: int, why: str) -> NoReturn:
        line, column = self.place(at)
        what = f"the expression {self.text[start : start + 2]} is never closed"
        fix = f"add the missing {PAIRS[self.text[start + 1]]}"
        self._stop(start, what, why.replace("HERE", f"line {line}, column {column}"), fix)


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

    return unified(_REFERENCE.sub(replace, text)) if "&" in text else text
