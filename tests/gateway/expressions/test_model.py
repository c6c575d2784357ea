"""Expressions against what Python says of the same: whole numbers, decimals, doubles, strings, sequences, JSON."""

from __future__ import annotations

import json
import math
from decimal import Context, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provision.emulator.gateway import expressions
from provision.emulator.gateway.expressions import ExpressionError, to_text
from tests.gateway.expressions.contexts import plain

if TYPE_CHECKING:
    from collections.abc import Callable

INT = st.integers(-(1 << 31), (1 << 31) - 1) | st.integers(-20, 20)
DOUBLE = st.floats(allow_nan=False, allow_infinity=False, width=64)
MONEY = st.decimals(-(10**9), 10**9, places=4, allow_nan=False, allow_infinity=False)
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
WORD = st.text("abcAB ,/", max_size=12)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 63), (1 << 63) - 1)
    | DOUBLE
    | TEXT.filter(lambda text: "T" not in text),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
WIDE = Context(prec=100)


def evaluated(text: str, **variables: Any) -> Any:
    context = plain()
    context.variables = variables
    return expressions.compile(text).evaluate(context)


def wrap(value: int) -> int:
    return (value + (1 << 31)) % (1 << 32) - (1 << 31)


def truncated(a: int, b: int) -> int:
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


INTEGERS: dict[str, Callable[[int, int], int]] = {
    "+": lambda a, b: wrap(a + b),
    "-": lambda a, b: wrap(a - b),
    "*": lambda a, b: wrap(a * b),
    "/": lambda a, b: wrap(truncated(a, b)),
    "%": lambda a, b: a - b * truncated(a, b),
    "&": lambda a, b: a & b,
    "|": lambda a, b: a | b,
    "^": lambda a, b: a ^ b,
    "<<": lambda a, b: wrap(a << (b & 31)),
    ">>": lambda a, b: a >> (b & 31),
}


Tree = tuple[str, int | None]  # an expression of whole numbers, and what it is; None where it divides by zero


def joined(sign: str, left: Tree, right: Tree) -> Tree:
    (before, a), (behind, b) = left, right
    value = None if a is None or b is None or (sign in "/%" and b == 0) else INTEGERS[sign](a, b)
    return f"({before} {sign} {behind})", value


TREES = st.recursive(
    INT.map(lambda value: (f"({value})", value)),
    lambda inner: st.builds(joined, st.sampled_from(sorted(INTEGERS)), inner, inner),
    max_leaves=10,
)


@given(TREES)
def test_whole_numbers_are_those_of_32_bits(tree: Tree) -> None:
    text, value = tree
    if value is None:
        with pytest.raises(ExpressionError, match="divide by zero"):
            evaluated(f"@({text})")
    else:
        found = evaluated(f"@({text})")
        assert type(found) is int
        assert found == value


@given(DOUBLE, DOUBLE, st.sampled_from("+-*/"))
def test_doubles_are_those_of_the_machine(a: float, b: float, sign: str) -> None:
    found = evaluated(f'@((double)context.Variables["a"] {sign} (double)context.Variables["b"])', a=a, b=b)
    if sign == "/" and not b:
        assert not math.isfinite(found)
    else:
        expected = {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "/": lambda: a / b}[sign]()
        assert found == expected or (math.isnan(found) and math.isnan(expected))


@given(DOUBLE)
def test_a_doubles_text_reads_back_as_itself(value: float) -> None:
    text = to_text(value)
    assert float(text) == value
    assert evaluated('@(double.Parse((string)context.Variables["t"]))', t=text) == value


@given(MONEY, MONEY, st.sampled_from("+-*/"))
def test_decimals_are_exact_to_their_last_digit(a: Decimal, b: Decimal, sign: str) -> None:
    text = f'@((decimal)context.Variables["a"] {sign} (decimal)context.Variables["b"])'
    if sign == "/" and not b:
        with pytest.raises(ExpressionError, match="divide by zero"):
            evaluated(text, a=a, b=b)
        return
    found = evaluated(text, a=a, b=b)
    x, y = Fraction(a), Fraction(b)
    exact = {"+": lambda: x + y, "-": lambda: x - y, "*": lambda: x * y, "/": lambda: x / y}[sign]()
    last = Fraction(10) ** int(found.as_tuple().exponent)
    assert abs(Fraction(found) - exact) <= last / 2
    assert abs(int(found.scaleb(-int(found.as_tuple().exponent), WIDE))) < 1 << 96


@given(INT, INT)
def test_comparisons_agree(a: int, b: int) -> None:
    found = evaluated(f"@(new[] {{{a} < {b}, {a} <= {b}, {a} == {b}, {a} != {b}, {a} > {b}, {a} >= {b}}})")
    assert found.items == [a < b, a <= b, a == b, a != b, a > b, a >= b]


@given(INT)
def test_formats_of_whole_numbers(value: int) -> None:
    found = evaluated(f'@(({value}).ToString("N0") + "|" + ({value}).ToString("D12") + "|" + ({value}).ToString("x"))')
    digits = f"{'-' if value < 0 else ''}{abs(value):012d}"
    assert found == f"{value:,}|{digits}|{value & 0xFFFFFFFF:x}"


@given(TEXT)
def test_a_string_in_a_literal_is_itself(text: str) -> None:
    assert evaluated(f"@({json.dumps(text)})") == text
    assert evaluated('@(@"' + text.replace('"', '""') + '")') == text


CHANGES = """@{
    string s = (string)context.Variables["s"], p = (string)context.Variables["p"], n = (string)context.Variables["n"];
    return new object[] {
        s.IndexOf(p), s.LastIndexOf(p), s.Contains(p), s.StartsWith(p), s.EndsWith(p), s.Replace(p, n), s.Split(p),
        s.ToUpper(), s.Trim(), s + p + n, s.Length, s.Insert(s.Length, p), string.Join(n, s.Split(p))
    };
}"""


@given(WORD, st.text("abAB ,/", min_size=1, max_size=3), WORD)
def test_strings_are_searched_and_changed_as_pythons(text: str, part: str, new: str) -> None:
    found = evaluated(CHANGES, s=text, p=part, n=new).items
    split = found.pop(6)
    assert split.items == text.split(part)
    assert found == [
        text.find(part), text.rfind(part), part in text, text.startswith(part), text.endswith(part),
        text.replace(part, new), text.upper(), text.strip(), text + part + new, len(text), text + part,
        new.join(text.split(part)),
    ]  # fmt: skip


@given(TEXT, st.integers(-2, 22), st.integers(-2, 22))
def test_a_part_of_a_string_is_within_it(text: str, start: int, length: int) -> None:
    code = f'@(((string)context.Variables["s"]).Substring({start}, {length}))'
    if 0 <= start <= start + length <= len(text) and length >= 0:
        assert evaluated(code, s=text) == text[start : start + length]
    else:
        with pytest.raises(ExpressionError, match="Parameter"):
            evaluated(code, s=text)


@given(st.lists(st.integers(-100, 100), max_size=8), st.integers(0, 5))
def test_sequences_are_gone_through_as_pythons(values: list[int], count: int) -> None:
    listed = ", ".join(map(str, values))
    found = evaluated(
        f"@{{ var v = new int[] {{{listed}}}; return new object[] {{v.Where(x => x % 2 == 0).Select(x => x * x).Sum(),"
        f' string.Join(",", v.OrderBy(x => x)), string.Join(",", v.OrderByDescending(x => x)), v.Skip({count}).Count(),'
        f' string.Join(",", v.Take({count})), string.Join(",", v.Distinct()), v.Any(x => x > 50), v.All(x => x > -50),'
        ' string.Join(",", v.Reverse()), v.Aggregate(0, (a, b) => a + b), v.GroupBy(x => x).Count()}; }'
    ).items

    def text(items: Any) -> str:
        return ",".join(map(str, items))

    assert found == [
        sum(x * x for x in values if x % 2 == 0), text(sorted(values)), text(sorted(values, reverse=True)),
        len(values[count:]), text(values[:count]), text(dict.fromkeys(values)), any(x > 50 for x in values),
        all(x > -50 for x in values), text(reversed(values)), sum(values), len(set(values)),
    ]  # fmt: skip


@given(JSON)
def test_json_is_read_and_written_without_loss(value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False)
    found = evaluated('@(JToken.Parse((string)context.Variables["t"]).ToString(Formatting.None))', t=text)
    if value is None:
        assert found in ("", "null")
    elif not isinstance(value, str):
        assert json.loads(found) == value
