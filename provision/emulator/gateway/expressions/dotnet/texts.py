"""What makes and reads text: StringBuilder, Encoding, StringReader and -Writer, WebUtility."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.errors import bad_argument, null_argument, out_of_range
from provision.emulator.gateway.expressions.formatting import composite, text_of
from provision.emulator.gateway.expressions.signatures import family
from provision.emulator.gateway.expressions.values import Char, Net, plain

if TYPE_CHECKING:
    from provision.emulator.gateway.expressions.runtime import Runtime

NEW_LINE = "\r\n"  # [?] the gateway's managed form runs on Windows


class StringBuilder(Net):
    """Text that grows."""

    __slots__ = ("parts", "size")

    def __init__(self, rt: Runtime, text: str | None = None, _: int = 0) -> None:
        self.parts: list[str] = []
        self.size = 0
        self.add(rt, text or "")

    def add(self, rt: Runtime, text: str) -> StringBuilder:
        """Append."""
        self.size += rt.spend(len(text))
        self.parts.append(text)
        return self

    def __str__(self) -> str:
        if len(self.parts) > 1:
            self.parts = ["".join(self.parts)]
        return self.parts[0] if self.parts else ""

    def put(self, rt: Runtime, text: str) -> StringBuilder:
        """Put a text in place of what there is."""
        rt.spend(len(text))
        self.parts, self.size = [text], len(text)
        return self


def _build(rt: Runtime, text: str | None = None, capacity: int = 0) -> StringBuilder:
    return StringBuilder(rt, text, capacity)


def _append(rt: Runtime, made: StringBuilder, value: Any) -> StringBuilder:
    return made.add(rt, text_of(rt, plain(value)))


def _append_many(rt: Runtime, made: StringBuilder, one: Char, count: int) -> StringBuilder:
    if count < 0:
        raise out_of_range("repeatCount", "Non-negative number required.")
    rt.spend(count)
    return made.add(rt, str(one) * count)


def _append_line(rt: Runtime, made: StringBuilder, text: str | None = None) -> StringBuilder:
    return made.add(rt, (text or "") + NEW_LINE)


def _append_format(rt: Runtime, made: StringBuilder, pattern: str, *args: Any) -> StringBuilder:
    return made.add(rt, composite(rt, pattern, args))


def _append_join(rt: Runtime, made: StringBuilder, mark: str, values: Any) -> StringBuilder:
    return made.add(rt, mark.join(text_of(rt, one) for one in rt.each(values)))


def _insert(rt: Runtime, made: StringBuilder, at: int, value: Any) -> StringBuilder:
    if not 0 <= at <= made.size:
        raise out_of_range("index")
    text = str(made)
    return made.put(rt, text[:at] + text_of(rt, plain(value)) + text[at:])


def _remove(rt: Runtime, made: StringBuilder, start: int, count: int) -> StringBuilder:
    if start < 0 or count < 0 or start + count > made.size:
        raise out_of_range("count")
    text = str(made)
    return made.put(rt, text[:start] + text[start + count :])


def _replace(rt: Runtime, made: StringBuilder, old: str, new: str | None) -> StringBuilder:
    if not old:
        raise bad_argument("String cannot be of zero length.", "oldValue")
    text = str(made)
    rt.spend(max(0, text.count(old) * (len(new or "") - len(old))))
    return made.put(rt, text.replace(old, new or ""))


def _set_length(rt: Runtime, made: StringBuilder, size: int) -> None:
    if size < 0:
        raise out_of_range("value")
    rt.spend(size)
    made.put(rt, str(made)[:size].ljust(size, "\0"))


def _part(made: StringBuilder, start: int, length: int) -> str:
    if start < 0 or length < 0 or start + length > made.size:
        raise out_of_range("length")
    return str(made)[start : start + length]


def _char_at(made: StringBuilder, index: int) -> Char:
    if not 0 <= index < made.size:
        raise out_of_range("index")
    return Char(str(made)[index])


BUILDER = family(
    "System.Text.StringBuilder",
    {
        "new()": _build,
        "new(int capacity)": lambda rt, _: StringBuilder(rt),
        "new(string value, int capacity=)": _build,
        "int Length": lambda made: made.size,
        "set int Length": _set_length,
        "this[int index]": _char_at,
        "StringBuilder Append(char value, int repeatCount)": _append_many,
        "StringBuilder Append(object value)": _append,
        "StringBuilder AppendLine(string value=)": _append_line,
        "StringBuilder AppendFormat(string format, params object[] args)": _append_format,
        "StringBuilder AppendJoin(string separator, IEnumerable values)": _append_join,
        "StringBuilder Insert(int index, object value)": _insert,
        "StringBuilder Remove(int startIndex, int length)": _remove,
        "StringBuilder Replace(string oldValue, string newValue)": _replace,
        "StringBuilder Replace(char oldChar, char newChar)": _replace,
        "StringBuilder Clear()": lambda rt, made: made.put(rt, ""),
        "string ToString(int startIndex, int length)": _part,
    },
    classes=(StringBuilder,),
)


class StringReader(Net):
    """Reads text."""

    __slots__ = ("at", "text")

    def __init__(self, text: str | None) -> None:
        if text is None:
            raise null_argument("s")
        self.text = text
        self.at = 0

    def line(self) -> str | None:
        """Return the next line; None at the end."""
        if self.at >= len(self.text):
            return None
        ends = [found for mark in ("\r", "\n") if (found := self.text.find(mark, self.at)) >= 0]
        end = min(ends, default=len(self.text))
        line = self.text[self.at : end]
        self.at = end + (2 if self.text.startswith("\r\n", end) else 1)
        return line

    def rest(self) -> str:
        """Return everything that is left."""
        found, self.at = self.text[self.at :], len(self.text)
        return found

    def read(self, *, stay: bool = False) -> int:
        """Return the next character's code; -1 at the end."""
        if self.at >= len(self.text):
            return -1
        found = ord(self.text[self.at])
        self.at += not stay
        return found


READER = family(
    "System.IO.StringReader",
    {
        "new(string s)": StringReader,
        "string ReadLine()": StringReader.line,
        "string ReadToEnd()": StringReader.rest,
        "int Read()": StringReader.read,
        "int Peek()": lambda reader: reader.read(stay=True),
        "void Dispose()": lambda _: None,
    },
    classes=(StringReader,),
)


class StringWriter(StringBuilder):
    """Writes text."""

    __slots__ = ()


def _write(rt: Runtime, made: StringWriter, value: Any) -> None:
    _append(rt, made, value)


def _write_line(rt: Runtime, made: StringWriter, value: Any = None) -> None:
    made.add(rt, text_of(rt, plain(value)) + NEW_LINE)


WRITER = family(
    "System.IO.StringWriter",
    {
        "new()": StringWriter,
        "void Write(object value)": _write,
        "void WriteLine(object value=)": _write_line,
        "void Flush()": lambda _: None,
        "void Dispose()": lambda _: None,
    },
    classes=(StringWriter,),
)


FAMILIES = (BUILDER, READER, WRITER)
