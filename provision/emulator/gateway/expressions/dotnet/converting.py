"""Convert and BitConverter."""

from __future__ import annotations

import base64
import binascii
import re
import struct
from decimal import ROUND_HALF_EVEN, Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.conversions import PRIMITIVES, fits, number
from provision.emulator.gateway.expressions.dotnet.dateparse import parse_date
from provision.emulator.gateway.expressions.dotnet.numbers import NAMES, parse_real, parse_whole
from provision.emulator.gateway.expressions.errors import Thrown, bad_argument, bad_format, null_argument, overflow
from provision.emulator.gateway.expressions.formatting import text_of
from provision.emulator.gateway.expressions.signatures import enumeration, family
from provision.emulator.gateway.expressions.times import DateTime
from provision.emulator.gateway.expressions.values import NUMBERS, WHOLE, Char, EnumValue, Int64, plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from provision.emulator.gateway.expressions.runtime import Runtime

SPACES = re.compile(r"[ \t\r\n]")
BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
NOT_BASE64 = (
    "The input is not a valid Base-64 string as it contains a non-base 64 character, more than two padding "
    "characters, or an illegal character among the padding characters."
)
DIGITS = MappingProxyType({2: "01", 8: "01234567", 10: "0123456789", 16: "0123456789abcdef"})
LINE = 76
WIDEST = 64


def _to(name: str) -> Callable[..., Any]:
    """Return what Convert.To… does."""
    kind = PRIMITIVES[name]

    def convert(rt: Runtime, value: Any, _: Any = None) -> Any:
        value = plain(value)
        if hasattr(value, "primitive"):  # a JValue is IConvertible
            value = value.primitive()
        if value is None:
            return kind(0)
        if isinstance(value, EnumValue):
            value = value.number
        if type(value) is bool:
            return kind(int(value))
        if type(value) is str:
            return parse_whole(value, name) if kind in WHOLE else parse_real(value, name)
        if type(value) in NUMBERS or type(value) is Char:
            return _number(value, kind, name)
        raise _not_convertible(rt, value, name)

    return convert


def _number(value: Any, kind: type, name: str) -> Any:
    if kind not in WHOLE:
        return number(value, kind)
    if isinstance(value, float):
        if not fits(int(value) if abs(value) < float(1 << WIDEST) else 1 << WIDEST, kind):
            raise overflow(f"Value was either too large or too small for {NAMES[name]}.")
        value = round(value)
    elif isinstance(value, Decimal):
        value = value.to_integral_value(ROUND_HALF_EVEN)
    whole = ord(value) if isinstance(value, str) else int(value)
    if not fits(whole, kind):
        raise overflow(f"Value was either too large or too small for {NAMES[name]}.")
    return kind(whole)


def _not_convertible(rt: Runtime, value: Any, name: str) -> Thrown:
    return Thrown(
        "InvalidCastException", f"Unable to cast object of type '{rt.types.full_name(value)}' to type 'System.{name}'."
    )


def _to_boolean(rt: Runtime, value: Any) -> bool:
    value = plain(value)
    if hasattr(value, "primitive"):
        value = value.primitive()
    if value is None or type(value) is bool:
        return bool(value)
    if type(value) is str:
        found = {"true": True, "false": False}.get(value.strip().lower())
        if found is None:
            raise bad_format(f"String '{value}' was not recognized as a valid Boolean.")
        return found
    if type(value) in NUMBERS:
        return bool(value)
    raise _not_convertible(rt, value, "Boolean")


def _to_string(rt: Runtime, value: Any, _: Any = None) -> str:
    return text_of(rt, plain(value))


def _to_date(rt: Runtime, value: Any) -> DateTime:
    value = plain(value)
    if hasattr(value, "primitive"):
        value = value.primitive()
    if isinstance(value, DateTime) or value is None:
        return value or DateTime(0)
    if type(value) is str:
        return parse_date(value)
    raise _not_convertible(rt, value, "DateTime")


def _to_char(rt: Runtime, value: Any) -> Char:
    value = plain(value)
    if type(value) is str and len(value) == 1:
        return Char(value)
    if type(value) is Char:
        return value
    if type(value) in WHOLE and fits(value, PRIMITIVES["UInt16"]):
        return Char(chr(value))
    if type(value) is str:
        raise bad_format("String must be exactly one character long.")
    raise _not_convertible(rt, value, "Char")


def from_base64(rt: Runtime, text: str | None) -> bytearray:
    """Decode; raises what .NET throws."""
    if text is None:
        raise null_argument("s")
    plain_text = SPACES.sub("", text)
    if not BASE64.fullmatch(plain_text):
        raise bad_format(NOT_BASE64)
    rt.spend(len(plain_text))
    return bytearray(base64.b64decode(plain_text))


def _to_base64(rt: Runtime, data: bytearray | None, options: EnumValue | None = None) -> str:
    if data is None:
        raise null_argument("inArray")
    text = base64.b64encode(data).decode()
    rt.spend(len(text))
    if options is not None and options.number:
        return "\r\n".join(text[at : at + LINE] for at in range(0, len(text), LINE))
    return text


def _from_hex(text: str) -> bytearray:
    try:
        return bytearray(binascii.unhexlify(text))
    except ValueError:
        raise bad_format("The input is not a valid hex string as it contains a non-hex character.") from None


def _from_base(name: str) -> Callable[[str, int], Any]:
    kind = PRIMITIVES[name]

    def convert(text: str | None, base: int) -> Any:
        if base not in DIGITS:
            raise bad_argument("Invalid Base.")
        digits = (text or "0").strip().lower()
        negative = digits.startswith("-")
        digits = digits.lstrip("+-").removeprefix("0x" if base == 16 else "\n")  # noqa: PLR2004
        if not digits or len(digits) > 2 * WIDEST or any(one not in DIGITS[base] for one in digits):
            raise bad_format("Could not find any recognizable digits.")
        value = int(digits, base) * (-1 if negative else 1)
        bits, signed = WHOLE[kind]
        if signed and base != 10 and value >> (bits - 1) == 1:  # noqa: PLR2004 - other bases write the bits
            value -= 1 << bits
        if not fits(value, kind):
            raise overflow(f"Value was either too large or too small for {NAMES[name]}.")
        return kind(value)

    return convert


def _in_base(value: int, base: int) -> str:
    if base not in DIGITS:
        raise bad_argument("Invalid Base.")
    if base == 10:  # noqa: PLR2004
        return str(int(value))
    rest = int(value) & ((1 << WHOLE[type(value)][0]) - 1)
    digits = ""
    while rest or not digits:
        rest, digit = divmod(rest, base)
        digits = DIGITS[base][digit] + digits
    return digits


def _hyphened(data: bytearray, start: int = 0, count: int | None = None) -> str:
    return data[start : None if count is None else start + count].hex("-").upper()


def _packed(form: str) -> Callable[[Any], bytearray]:
    return lambda value: bytearray(struct.pack(form, value))


def _unpacked(form: str, kind: Callable[[Any], Any]) -> Callable[[bytearray, int], Any]:
    def read(data: bytearray, start: int) -> Any:
        if start < 0 or start + struct.calcsize(form) > len(data):
            raise bad_argument("Destination array is not long enough to copy all the items in the collection.")
        return kind(struct.unpack_from(form, data, start)[0])

    return read


KEYWORDS = MappingProxyType(
    {"Int32": "int", "Int64": "long", "Int16": "short", "Byte": "byte", "SByte": "sbyte", "UInt16": "ushort",
     "UInt32": "uint", "UInt64": "ulong", "Double": "double", "Single": "float", "Decimal": "decimal"}
)  # fmt: skip
OPTIONS = enumeration("System.Base64FormattingOptions", "None", "InsertLineBreaks")
CONVERT = family(
    "System.Convert",
    {
        **{f"static {word} To{name}(object value)": _to(name) for name, word in KEYWORDS.items()},
        **{
            f"static {word} To{name}(object value, IFormatProvider provider)": _to(name)
            for name, word in KEYWORDS.items()
        },
        **{
            f"static {KEYWORDS[name]} To{name}(string value, int fromBase)": _from_base(name)
            for name in ("Int32", "Int64", "Int16", "Byte", "UInt32", "UInt64", "UInt16", "SByte")
        },
        "static bool ToBoolean(object value)": _to_boolean,
        "static string ToString(byte value, int toBase)": _in_base,
        "static string ToString(short value, int toBase)": _in_base,
        "static string ToString(int value, int toBase)": _in_base,
        "static string ToString(long value, int toBase)": _in_base,
        "static string ToString(object value, IFormatProvider provider=)": _to_string,
        "static DateTime ToDateTime(object value)": _to_date,
        "static char ToChar(object value)": _to_char,
        "static byte[] FromBase64String(string s)": from_base64,
        "static string ToBase64String(byte[] inArray, Base64FormattingOptions options=)": _to_base64,
        "static string ToHexString(byte[] inArray)": lambda data: data.hex().upper(),
        "static byte[] FromHexString(string s)": _from_hex,
    },
)
BITS = family(
    "System.BitConverter",
    {
        "static string ToString(byte[] value, int startIndex=, int length=)": _hyphened,
        "static bool IsLittleEndian": lambda: True,
        "static byte[] GetBytes(bool value)": _packed("<?"),
        "static byte[] GetBytes(short value)": _packed("<h"),
        "static byte[] GetBytes(int value)": _packed("<i"),
        "static byte[] GetBytes(long value)": _packed("<q"),
        "static byte[] GetBytes(uint value)": _packed("<I"),
        "static byte[] GetBytes(ulong value)": _packed("<Q"),
        "static byte[] GetBytes(float value)": _packed("<f"),
        "static byte[] GetBytes(double value)": _packed("<d"),
        "static short ToInt16(byte[] value, int startIndex)": _unpacked("<h", PRIMITIVES["Int16"]),
        "static int ToInt32(byte[] value, int startIndex)": _unpacked("<i", int),
        "static long ToInt64(byte[] value, int startIndex)": _unpacked("<q", Int64),
        "static ushort ToUInt16(byte[] value, int startIndex)": _unpacked("<H", PRIMITIVES["UInt16"]),
        "static uint ToUInt32(byte[] value, int startIndex)": _unpacked("<I", PRIMITIVES["UInt32"]),
        "static ulong ToUInt64(byte[] value, int startIndex)": _unpacked("<Q", PRIMITIVES["UInt64"]),
        "static double ToDouble(byte[] value, int startIndex)": _unpacked("<d", float),
        "static bool ToBoolean(byte[] value, int startIndex)": _unpacked("<?", bool),
    },
)
FAMILIES = (CONVERT, BITS, OPTIONS)
