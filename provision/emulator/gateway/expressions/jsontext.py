"""JSON text to tokens and back, as Newtonsoft does it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.errors import Thrown, null_argument
from provision.emulator.gateway.expressions.jsonwriting import MAX_DEPTH, written
from provision.emulator.gateway.expressions.jtokens import JArray, JObject, JProperty, JToken, JValue
from provision.emulator.gateway.expressions.times import (
    IS_LOCAL,
    IS_UTC,
    UNSPECIFIED,
    DateTime,
    clock_ticks,
    day_ticks,
)
from provision.emulator.gateway.expressions.values import Int64

if TYPE_CHECKING:
    from provision.emulator.gateway.expressions.runtime import Runtime

TOKEN = 24  # what a token takes beside its text, in characters
LONG = 1 << 63
DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,7})\d*)?(Z|[+-]\d\d:?\d\d)?")
# Text that JSON does not allow and Newtonsoft does: comments, single quotes, bare names, commas at the end.
LENIENT = re.compile(
    r"""(?P<string>"(?:[^"\\]|\\.)*")|(?P<single>'(?:[^'\\]|\\.)*')|(?P<comment>//[^\n]*|/\*.*?\*/)"""
    r"""|(?P<comma>,(?=\s*[}\]]))|(?P<name>[A-Za-z_$][\w$]*(?=\s*:))""",
    re.DOTALL,
)


def bad_json(message: str) -> Thrown:
    """Return what reading throws."""
    return Thrown("JsonReaderException", message)


def parse(rt: Runtime, text: str | None, *, dates: bool = True) -> JToken:
    """Read JSON. Strings that are dates in ISO form become dates, as Newtonsoft does unless told otherwise."""
    if text is None:
        raise null_argument("json")
    rt.spend(len(text))
    # A token is far larger than its text: what may be one is counted before there are any.
    rt.spend(TOKEN * sum(text.count(mark) for mark in ",:[{"))
    data = _loaded(text)
    return _token(data, 0, dates=dates)


def _loaded(text: str) -> Any:
    for attempt in (str, _strict):
        try:
            return json.loads(attempt(text), object_pairs_hook=_Pairs, parse_int=_whole, parse_float=_float)
        except RecursionError:
            raise bad_json(f"The reader's MaxDepth of {MAX_DEPTH} has been exceeded.") from None
        except json.JSONDecodeError as error:
            failure = error
    if not text.strip():
        raise bad_json("Error reading JToken from JsonReader. Path '', line 0, position 0.")
    what = text[failure.pos : failure.pos + 1]
    said = f"Unexpected character encountered while parsing value: {what}." if what else "Unexpected end of content."
    raise bad_json(f"{said} Path '', line {failure.lineno}, position {failure.colno}.")


class _Pairs(list[Any]):
    """An object's names and values; a name twice keeps the last."""


def _whole(text: str) -> Any:
    if len(text) > 400:  # noqa: PLR2004 - Python's own limit is higher, and its work grows with the square
        raise bad_json(f"JSON integer {text[:20]}... is too large to parse.")
    value = int(text)
    return Int64(value) if -LONG <= value < LONG else float(value)


def _float(text: str) -> float:
    return float(text)


def _strict(text: str) -> str:
    """Rewrite what only Newtonsoft allows."""

    def one(found: re.Match[str]) -> str:
        if found["single"] is not None:
            inner = re.sub(
                r"\\.|\"", lambda part: {"\\'": "'", '"': '\\"'}.get(part[0], part[0]), found["single"][1:-1]
            )
            return f'"{inner}"'
        if found["name"] is not None:
            return f'"{found["name"]}"'
        return found["string"] or ""

    return LENIENT.sub(one, text)


def _token(data: Any, depth: int, *, dates: bool) -> JToken:
    if depth > MAX_DEPTH:
        raise bad_json(f"The reader's MaxDepth of {MAX_DEPTH} has been exceeded.")
    if isinstance(data, _Pairs):
        made = JObject()
        for name, value in data:
            made.properties[name] = one = JProperty(name, _token(value, depth + 1, dates=dates))
            one.parent = made
        return made
    if isinstance(data, list):
        array = JArray()
        for value in data:
            item = _token(value, depth + 1, dates=dates)
            item.parent = array
            array.items.append(item)
        return array
    if isinstance(data, str) and dates:
        found = DATE.fullmatch(data)
        date = _date(found) if found else None
        if date is not None:
            return JValue(date)
    return JValue(data)


def _date(found: re.Match[str]) -> DateTime | None:
    year, month, day, hour, minute, second = (int(one) for one in found.groups()[:6])
    try:
        ticks = day_ticks(year, month, day) + clock_ticks(hour, minute, second)
    except Thrown:
        return None
    ticks += int((found[7] or "0").ljust(7, "0"))
    zone = found[8]
    if not zone or zone == "Z":
        return DateTime(ticks, IS_UTC if zone else UNSPECIFIED)
    digits = zone[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return DateTime(ticks - (-minutes if zone[0] == "-" else minutes) * 600_000_000, IS_LOCAL)


def write(rt: Runtime, token: JToken, *, indented: bool = True) -> str:
    """Write a token as JSON."""
    text = written(token, indented=indented)
    rt.spend(len(text))
    return text


def needs_object(token: JToken) -> JObject:
    """Return the object; raises what JObject.Parse throws at anything else."""
    if isinstance(token, JObject):
        return token
    name = "JArray" if isinstance(token, JArray) else f"JValue of type {token.kind}"
    raise bad_json(f"Error reading JObject from JsonReader. Current JsonReader item is not an object: {name}.")


def needs_array(token: JToken) -> JArray:
    """Return the array; raises what JArray.Parse throws at anything else."""
    if isinstance(token, JArray):
        return token
    raise bad_json("Error reading JArray from JsonReader. Current JsonReader item is not an array.")
