"""Strings. Their characters are code points: a pair of surrogates is one. [?] .NET counts it as two."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.collected import NetArray
from provision.emulator.gateway.expressions.dotnet.comparing import (
    CULTURE,
    CULTURE_IGNORING,
    ORDINAL,
    compare,
    folded,
    is_ordinal,
    upper,
)
from provision.emulator.gateway.expressions.dotnet.splitting import (
    WHITE,
    concat,
    concat_all,
    join,
    join_all,
    needed,
    split,
    split_characters,
    split_one,
    split_one_count,
    split_options,
)
from provision.emulator.gateway.expressions.errors import bad_argument, index_out_of_range, out_of_range
from provision.emulator.gateway.expressions.formatting import composite
from provision.emulator.gateway.expressions.signatures import family
from provision.emulator.gateway.expressions.values import Char, EnumValue, TypeRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provision.emulator.gateway.expressions.runtime import Runtime


CHARACTER = 16  # what one character by itself takes, in those of a text


def _substring(text: str, start: int, length: int | None = None) -> str:
    if not 0 <= start <= len(text):
        raise out_of_range("startIndex", "startIndex cannot be larger than length of string." if start > 0 else
                           "StartIndex cannot be less than zero.")  # fmt: skip
    if length is None:
        return text[start:]
    if length < 0 or start + length > len(text):
        raise out_of_range("length", "Index and length must refer to a location within the string.")
    return text[start : start + length]


def _char_at(text: str, index: int) -> Char:
    if not 0 <= index < len(text):
        raise index_out_of_range()
    return Char(text[index])


def _contains(text: str, part: str, how: EnumValue = ORDINAL) -> bool:
    return folded(needed(part, "value"), how) in folded(text, how)


def _starts(text: str, part: str, how: EnumValue = ORDINAL) -> bool:
    return folded(text, how).startswith(folded(needed(part, "value"), how))


def _ends(text: str, part: str, how: EnumValue = ORDINAL) -> bool:
    return folded(text, how).endswith(folded(needed(part, "value"), how))


def _index(text: str, part: str, start: int = 0, count: int | None = None, how: EnumValue = ORDINAL) -> int:
    if not 0 <= start <= len(text):
        raise out_of_range("startIndex")
    if count is not None and (count < 0 or start + count > len(text)):
        raise out_of_range("count", "Count must be positive and count must refer to a location within the string.")
    end = len(text) if count is None else start + count
    return folded(text, how).find(folded(needed(part, "value"), how), start, end)


def _last_index(text: str, part: str, start: int | None = None, how: EnumValue = ORDINAL) -> int:
    end = len(text) if start is None else min(start + 1, len(text))
    return folded(text, how).rfind(folded(needed(part, "value"), how), 0, end)


def _index_any(text: str, characters: Sequence[str], start: int = 0) -> int:
    return min((at for one in characters if (at := text.find(one, start)) >= 0), default=-1)


def _last_index_any(text: str, characters: Sequence[str]) -> int:
    return max((text.rfind(one) for one in characters), default=-1)


def _replace(rt: Runtime, text: str, old: str, new: str | None, how: EnumValue = ORDINAL) -> str:
    if not needed(old, "oldValue"):
        raise bad_argument("String cannot be of zero length.", "oldValue")
    new = new or ""
    low, part = folded(text, how), folded(old, how)
    rt.spend(len(text) + max(0, low.count(part) * (len(new) - len(old))))
    if is_ordinal(how) or len(low) != len(text):
        return text.replace(old, new)
    out, at = [], 0
    while (found := low.find(part, at)) >= 0:
        out += [text[at:found], new]
        at = found + len(old)
    return "".join([*out, text[at:]])


def _trim(text: str, *characters: str) -> str:
    return text.strip("".join(characters) or WHITE)


def _trim_start(text: str, *characters: str) -> str:
    return text.lstrip("".join(characters) or WHITE)


def _trim_end(text: str, *characters: str) -> str:
    return text.rstrip("".join(characters) or WHITE)


def _pad_left(rt: Runtime, text: str, width: int, fill: str = " ") -> str:
    if width < 0:
        raise out_of_range("totalWidth", "Non-negative number required.")
    rt.spend(width)
    return text.rjust(width, str(fill))


def _pad_right(rt: Runtime, text: str, width: int, fill: str = " ") -> str:
    if width < 0:
        raise out_of_range("totalWidth", "Non-negative number required.")
    rt.spend(width)
    return text.ljust(width, str(fill))


def _insert(rt: Runtime, text: str, at: int, part: str) -> str:
    if not 0 <= at <= len(text):
        raise out_of_range("startIndex")
    rt.spend(len(text) + len(needed(part, "value")))
    return text[:at] + part + text[at:]


def _remove(text: str, start: int, count: int | None = None) -> str:
    if start < 0 or start > len(text) or (count is not None and (count < 0 or start + count > len(text))):
        raise out_of_range("startIndex" if count is None else "count")
    return text[:start] if count is None else text[:start] + text[start + count :]


def _repeated(rt: Runtime, character: Char, count: int) -> str:
    if count < 0:
        raise out_of_range("count", "'count' must be non-negative.")
    rt.spend(count)
    return str(character) * count


def _equals(one: str | None, other: str | None, how: EnumValue = ORDINAL) -> bool:
    return one is other if one is None or other is None else folded(one, how) == folded(other, how)


def _compare_ignoring(one: str | None, other: str | None, ignore: bool = False) -> int:
    return compare(one, other, CULTURE_IGNORING if ignore else CULTURE)


def _compare_to(one: str | None, other: str | None) -> int:
    return compare(one, other, CULTURE)


def _format(rt: Runtime, pattern: str | None, *args: Any) -> str:
    return composite(rt, needed(pattern, "format"), args)


def _characters(rt: Runtime, text: str, start: int = 0, length: int | None = None) -> NetArray:
    part = _substring(text, start, length)
    rt.spend(len(part) * CHARACTER)
    return NetArray(TypeRef("Char"), [Char(one) for one in part])


def _of_characters(rt: Runtime, characters: NetArray, start: int = 0, length: int | None = None) -> str:
    rt.spend(len(characters.items))
    return _substring("".join(characters.items), start, length)


STRING = family(
    "System.String",
    {
        "static string Empty": lambda: "",
        "int Length": len,
        "this[int index]": _char_at,
        "char Chars": _char_at,
        "new(char c, int count)": _repeated,
        "new(char[] value)": _of_characters,
        "new(char[] value, int startIndex, int length)": _of_characters,
        "string ToString()": lambda text: text,
        "string ToString(IFormatProvider provider)": lambda text, _: text,
        "string Substring(int startIndex, int length=)": _substring,
        "bool Contains(string value, StringComparison comparisonType=)": _contains,
        "bool Contains(char value)": lambda text, one: one in text,
        "bool StartsWith(string value, StringComparison comparisonType=)": _starts,
        "bool StartsWith(char value)": lambda text, one: text.startswith(one),
        "bool EndsWith(string value, StringComparison comparisonType=)": _ends,
        "bool EndsWith(char value)": lambda text, one: text.endswith(one),
        "int IndexOf(string value, int startIndex=, int count=)": _index,
        "int IndexOf(string value, StringComparison comparisonType)": lambda text, part, how: _index(
            text, part, how=how
        ),
        "int IndexOf(string value, int startIndex, StringComparison comparisonType)": (
            lambda text, part, start, how: _index(text, part, start, how=how)
        ),
        "int IndexOf(char value, int startIndex=, int count=)": _index,
        "int LastIndexOf(string value, int startIndex=)": _last_index,
        "int LastIndexOf(string value, StringComparison comparisonType)": (
            lambda text, part, how: _last_index(text, part, how=how)
        ),
        "int LastIndexOf(char value, int startIndex=)": _last_index,
        "int IndexOfAny(char[] anyOf, int startIndex=)": _index_any,
        "int LastIndexOfAny(char[] anyOf)": _last_index_any,
        "string Replace(string oldValue, string newValue, StringComparison comparisonType=)": _replace,
        "string Replace(char oldChar, char newChar)": lambda text, old, new: text.replace(old, new),
        "string[] Split(params char[] separator)": split_characters,
        "string[] Split(char[] separator, int count)": split,
        "string[] Split(char[] separator, StringSplitOptions options)": split_options,
        "string[] Split(char[] separator, int count, StringSplitOptions options)": split,
        "string[] Split(string[] separator, StringSplitOptions options)": split_options,
        "string[] Split(string[] separator, int count, StringSplitOptions options)": split,
        "string[] Split(char separator, StringSplitOptions options)": split_one,
        "string[] Split(string separator, StringSplitOptions options=)": split_one,
        "string[] Split(char separator, int count, StringSplitOptions options=)": split_one_count,
        "string[] Split(string separator, int count, StringSplitOptions options=)": split_one_count,
        "string Trim(params char[] trimChars)": _trim,
        "string TrimStart(params char[] trimChars)": _trim_start,
        "string TrimEnd(params char[] trimChars)": _trim_end,
        "string ToLower()": str.lower,
        "string ToUpper()": upper,
        "string ToLowerInvariant()": str.lower,
        "string ToUpperInvariant()": upper,
        "string PadLeft(int totalWidth, char paddingChar=)": _pad_left,
        "string PadRight(int totalWidth, char paddingChar=)": _pad_right,
        "string Insert(int startIndex, string value)": _insert,
        "string Remove(int startIndex, int count=)": _remove,
        "char[] ToCharArray()": _characters,
        "char[] ToCharArray(int startIndex, int length)": _characters,
        "bool Equals(string value, StringComparison comparisonType=)": _equals,
        "int CompareTo(string strB)": _compare_to,
        "string Normalize()": lambda text: unicodedata.normalize("NFC", text),
        "object Clone()": lambda text: text,
        "static bool IsNullOrEmpty(string value)": lambda text: not text,
        "static bool IsNullOrWhiteSpace(string value)": lambda text: not (text or "").strip(WHITE),
        "static bool Equals(string a, string b, StringComparison comparisonType=)": _equals,
        "static int Compare(string strA, string strB)": _compare_to,
        "static int Compare(string strA, string strB, bool ignoreCase)": _compare_ignoring,
        "static int Compare(string strA, string strB, StringComparison comparisonType)": compare,
        "static int CompareOrdinal(string strA, string strB)": lambda one, other: compare(one, other, ORDINAL),
        "static string Join(string separator, params string[] value)": join,
        "static string Join(string separator, IEnumerable values)": join_all,
        "static string Join(string separator, params object[] values)": join,
        "static string Join(char separator, params string[] value)": join,
        "static string Join(char separator, IEnumerable values)": join_all,
        "static string Concat(params string[] values)": concat,
        "static string Concat(IEnumerable values)": concat_all,
        "static string Concat(params object[] args)": concat,
        "static string Format(string format, params object[] args)": _format,
        "static string Format(IFormatProvider provider, string format, params object[] args)": (
            lambda rt, _, pattern, *args: _format(rt, pattern, *args)
        ),
        "static string Copy(string str)": lambda text: text,
        "static string Intern(string str)": lambda text: text,
    },
    classes=(str,),
    bases=("IEnumerable", "StringExtensions"),
)
FAMILIES = (STRING,)
