"""Numbers by a format of .NET: the standard ones by their letter, custom ones by their pictures; invariant culture."""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.doubles import digits_of, double_text, general
from provision.emulator.gateway.expressions.errors import bad_format
from provision.emulator.gateway.expressions.values import WHOLE, Single, to_text

if TYPE_CHECKING:
    from collections.abc import Callable

STANDARD = re.compile(r"([A-Za-z])(\d{0,3})")
WIDE = Context(prec=1500)
CUSTOM_DIGITS: MappingProxyType[type, int] = MappingProxyType({float: 15, Single: 7})
CURRENCY = "\u00a4"
QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"|\\(.)")
EXPONENT = re.compile(r"[Ee]([+-]?)(0+)")
PERCENT, PERMILLE = 100, 1000


def number_text(value: Any, pattern: str) -> str:
    """Write a number by a format; raises FormatException where it is none."""
    if not pattern:
        return to_text(value)
    if isinstance(value, float) and not math.isfinite(value):
        return double_text(value)
    standard = STANDARD.fullmatch(pattern)
    if not standard:
        return _custom(value, pattern)
    letter, digits = standard[1], standard[2]
    write = LETTERS.get(letter.upper())
    if write is None:
        raise bad_format("Format specifier was invalid.")
    return write(value, letter, int(digits) if digits else None)


def exact(value: Any) -> Decimal:
    """A number's exact decimal value."""
    return Decimal(value)


def _halves(value: Any) -> str:
    """Halves of a double go to the even digit, those of a decimal away from zero (standard numeric format strings)."""
    return ROUND_HALF_EVEN if isinstance(value, float) else ROUND_HALF_UP


def _rounded(value: Any, digits: int) -> str:
    found = exact(value).quantize(Decimal(1).scaleb(-digits), _halves(value), WIDE)
    return format(found or abs(found), "f")


def _grouped(text: str) -> str:
    sign, text = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, point, fraction = text.partition(".")
    return f"{sign}{int(whole):,}{point}{fraction}"


def _fixed(value: Any, _: str, digits: int | None) -> str:
    return _rounded(value, 2 if digits is None else digits)


def _number(value: Any, _: str, digits: int | None) -> str:
    return _grouped(_rounded(value, 2 if digits is None else digits))


def _percent(value: Any, _: str, digits: int | None) -> str:
    hundredfold = WIDE.multiply(exact(value), Decimal(PERCENT))
    return f"{_grouped(_rounded(hundredfold, 2 if digits is None else digits))} %"


def _currency(value: Any, _: str, digits: int | None) -> str:
    text = _grouped(_rounded(value, 2 if digits is None else digits))
    return f"({CURRENCY}{text[1:]})" if text.startswith("-") else f"{CURRENCY}{text}"


def _decimal(value: Any, _: str, digits: int | None) -> str:
    if type(value) not in WHOLE:
        raise bad_format("Format specifier was invalid.")
    return f"{'-' if value < 0 else ''}{abs(int(value)):0{digits or 1}d}"


def _hexadecimal(value: Any, letter: str, digits: int | None) -> str:
    if type(value) not in WHOLE:
        raise bad_format("Format specifier was invalid.")
    text = f"{int(value) & ((1 << WHOLE[type(value)][0]) - 1):0{digits or 1}x}"
    return text if letter == "x" else text.upper()


def _binary(value: Any, _: str, digits: int | None) -> str:
    if type(value) not in WHOLE:
        raise bad_format("Format specifier was invalid.")
    return f"{int(value) & ((1 << WHOLE[type(value)][0]) - 1):0{digits or 1}b}"


def _scientific(value: Any, letter: str, digits: int | None) -> str:
    return _exponential(exact(value), 6 if digits is None else digits, letter, 3)


def _exponential(value: Decimal, digits: int, mark: str, width: int) -> str:
    if not value:
        mantissa, power = "0" + ("." + "0" * digits if digits else ""), 0
    else:
        rounded = _to_digits(value, digits + 1)
        power = rounded.adjusted()
        mantissa = format(rounded.scaleb(-power, WIDE).quantize(Decimal(1).scaleb(-digits), context=WIDE), "f")
    return f"{mantissa}{mark}{'-' if power < 0 else '+'}{abs(power):0{width}d}"


def _to_digits(value: Decimal, digits: int) -> Decimal:
    return Context(prec=digits, rounding=ROUND_HALF_UP).plus(value)


def _general(value: Any, letter: str, digits: int | None) -> str:
    if not digits:
        return to_text(value)
    if type(value) in WHOLE and digits >= len(str(abs(value))):
        return str(int(value))
    rounded = _to_digits(exact(value), digits)
    mark = "E" if letter == "G" else "e"
    text = format(rounded, "e").replace("E", "e")
    return general(*digits_of(text), digits, mark)


def _round_trip(value: Any, _: str, __: int | None) -> str:
    if type(value) in WHOLE or isinstance(value, Decimal):
        raise bad_format("Format specifier was invalid.")
    return to_text(value)


LETTERS: MappingProxyType[str, Callable[[Any, str, int | None], str]] = MappingProxyType(
    {
        "C": _currency, "D": _decimal, "E": _scientific, "F": _fixed, "G": _general, "N": _number, "P": _percent,
        "R": _round_trip, "X": _hexadecimal, "B": _binary,
    }
)  # fmt: skip


def _custom(value: Any, pattern: str) -> str:
    sections = _sections(pattern)
    # A picture is filled from so many significant digits of a double.
    number = _to_digits(exact(value), CUSTOM_DIGITS[type(value)]) if isinstance(value, float) else exact(value)
    chosen = sections[0]
    if number < 0 and len(sections) > 1 and sections[1]:
        chosen, number = sections[1], abs(number)
    if len(sections) > 2 and not number:  # noqa: PLR2004 - the third is for zero
        chosen = sections[2]
    return _picture(number, chosen)


def _sections(pattern: str) -> list[list[str]]:
    """Split at `;`, each section a list of symbols; literal text is one symbol that begins with a quote."""
    found: list[list[str]] = [[]]
    at = 0
    while at < len(pattern):
        quoted = QUOTED.match(pattern, at)
        power = EXPONENT.match(pattern, at)
        if quoted:
            found[-1].append("'" + next(one for one in quoted.groups() if one is not None))
            at = quoted.end()
        elif power:
            found[-1].append(power[0])
            at = power.end()
        elif pattern[at] == ";":
            found.append([])
            at += 1
        else:
            found[-1].append(pattern[at])
            at += 1
    return found


def _scaled(number: Decimal, symbols: list[str]) -> tuple[Decimal, bool]:
    """Apply `%`, and commas that divide; tell whether thousands are grouped."""
    if "%" in symbols:
        number = WIDE.multiply(number, Decimal(PERCENT))
    if "\u2030" in symbols:
        number = WIDE.multiply(number, Decimal(PERMILLE))
    grouped, point = False, symbols.index(".") if "." in symbols else len(symbols)
    places = [at for at, one in enumerate(symbols[:point]) if one in "0#"]
    for at, one in enumerate(symbols[:point]):
        if one == ",":
            if places and at > places[-1]:
                number = number.scaleb(-3, WIDE)
            elif places and at > places[0]:
                grouped = True
    return number, grouped


def _picture(number: Decimal, symbols: list[str]) -> str:
    power = next((one for one in symbols if EXPONENT.fullmatch(one)), None)
    number, grouped = _scaled(number, symbols)
    point = symbols.index(".") if "." in symbols else len(symbols)
    whole_places = [one for one in symbols[:point] if one in ("0", "#")]
    fraction_places = [one for one in symbols[point:] if one in ("0", "#")]
    shown = 0
    if power and number:
        shown = number.adjusted() - max(len(whole_places) - 1, 0)
        number = number.scaleb(-shown, WIDE)
    text = _rounded(number, len(fraction_places))
    negative, text = text.startswith("-"), text.lstrip("-")
    whole, _, fraction = text.partition(".")
    zeros = len(whole_places) - whole_places.index("0") if "0" in whole_places else 0
    whole = whole.lstrip("0").rjust(zeros, "0")
    kept = len(fraction_places) - next((i for i, one in enumerate(reversed(fraction_places)) if one == "0"), 0)
    needed = kept if "0" in fraction_places else 0
    fraction = fraction[:needed] + fraction[needed:].rstrip("0")
    if grouped and whole:
        whole = f"{int(whole):,}".rjust(zeros, "0") if len(whole.lstrip("0")) == len(whole) else _zeros_grouped(whole)
    return ("-" if negative and (whole.strip("0,") or fraction.strip("0")) else "") + _placed(
        symbols, point, whole, fraction, shown
    )


def _zeros_grouped(whole: str) -> str:
    parts: list[str] = []
    while whole:
        parts.insert(0, whole[-3:])
        whole = whole[:-3]
    return ",".join(parts)


def _placed(symbols: list[str], point: int, whole: str, fraction: str, power: int) -> str:
    """Put digits where the symbols are; the first takes those that have no symbol."""
    out: list[str] = []
    started = False
    rest = list(fraction)
    for at, one in enumerate(symbols):
        if one in ("0", "#") and at < point:
            out.append("" if started else whole)
            started = True
        elif one in ("0", "#"):
            out.append(rest.pop(0) if rest else "")
        elif one == "." and at == point:
            out.append("." if fraction else "")
        elif EXPONENT.fullmatch(one):
            sign = "-" if power < 0 else "+" if "+" in one else ""
            out.append(f"{one[0]}{sign}{abs(power):0{one.count('0')}d}")
        elif one.startswith("'"):
            out.append(one[1:])
        elif one != ",":
            out.append(one)
    return "".join(out) if started or not whole else whole + "".join(out)
