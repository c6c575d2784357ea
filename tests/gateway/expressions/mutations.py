"""Expressions that nobody would write: those of the cases, broken by a seed, so that what fails can be made again."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TOKEN = re.compile(r"@?\$?\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|\w+|\s+|[^\w\s]")
PIECES = (
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "<",
    ">",
    ";",
    ",",
    ".",
    "?.",
    "??",
    "?",
    ":",
    "=>",
    "==",
    "!=",
    "<=",
    ">=",
    "&&",
    "||",
    "!",
    "~",
    "+",
    "-",
    "*",
    "/",
    "%",
    "&",
    "|",
    "^",
    "<<",
    ">>",
    "=",
    "+=",
    "++",
    "--",
    "@",
    "$",
    '"',
    "'",
    "\\",
    "//",
    "/*",
    "*/",
    "@(",
    "@{",
    "0",
    "1",
    "-1",
    "2147483647",
    "-2147483648",
    "9223372036854775807",
    "99999999999999999999",
    "0.1",
    "1e308",
    "1e-320",
    "1.5m",
    "79228162514264337593543950335m",
    "3f",
    "0x7fffffff",
    "'x'",
    '""',
    '"abc"',
    '"��"',
    '$"{1,9999999}"',
    '$"{x:D9999}"',
    '$"{{{{{1}"',
    '@"a""b"',
    "null",
    "true",
    "false",
    "default",
    "context",
    "var",
    "int",
    "string",
    "long",
    "double",
    "decimal",
    "char",
    "byte",
    "object",
    "bool",
    "void",
    "new",
    "return",
    "if",
    "else",
    "for",
    "foreach",
    "in",
    "while",
    "do",
    "switch",
    "case",
    "break",
    "continue",
    "try",
    "catch",
    "finally",
    "throw",
    "out",
    "ref",
    "is",
    "as",
    "not",
    "and",
    "or",
    "when",
    "typeof",
    "nameof",
    "checked",
    "using",
    "goto",
    "yield",
    "await",
    "async",
    "dynamic",
    "context.Request",
    "context.Response",
    "context.Variables",
    "context.Request.Body.As<JObject>(true)",
    "context.User",
    "context.LastError",
    ".ToString()",
    '.ToString("X99999")',
    ".Length",
    ".Count()",
    ".First()",
    ".Select(x=>x)",
    ".Where(x=>x>0)",
    ".ToList()",
    ".OrderBy(x=>x)",
    ".Reverse()",
    ".Substring(1)",
    ".Split(',')",
    '.Replace("a","aaaaaaaa")',
    ".PadLeft(1000000000)",
    ".AsJwt()",
    ".Value",
    ".Key",
    ".GroupBy(x=>x)",
    ".Sum()",
    ".Max()",
    ".Aggregate((a,b)=>a+b)",
    ".ToArray()",
    ".ToDictionary(x=>x)",
    '.Concat("abc")',
    '.Zip("abc")',
    '.SelectToken("$..*")',
    ".SelectMany(x=>x)",
    "new[]{1,2}",
    'new[]{1,"a",null}',
    "new{A=1}",
    "new{B=new{C=2}}",
    "new_List<int>()",
    "new_string('x',2000000000)",
    "new_byte[2000000000]",
    "new_JObject()",
    'new_JArray(1,"a")',
    'new_JProperty("a",1)',
    'new_XElement("a",1)',
    "new_Random(1)",
    'new_StringBuilder("abc")',
    "new_Dictionary<string,object>()",
    "new_HashSet<int>{1,1}",
    "new_DateTime(2024,2,30)",
    'new_Uri("x:/y")',
    'new_Regex("(a+)+$")',
    'JObject.Parse("{}")',
    'JArray.Parse("[[[1]]]")',
    'JToken.Parse("nul")',
    'XDocument.Parse("<a/>")',
    "DateTime.MaxValue",
    "DateTime.UtcNow",
    "TimeSpan.MaxValue",
    "Guid.Empty",
    "Math.Pow(9,999)",
    "Math.Abs(int.MinValue)",
    'Convert.ToInt32("x")',
    'Convert.FromBase64String("a")',
    "int.Parse",
    "Enumerable.Range(0,2000000000)",
    'Enumerable.Repeat("abcdefgh",2000000000)',
    'Regex.Replace("aaa","a*","$0$0")',
    "Encoding.UTF8",
    "string.Join",
    'string.Format("{0,999999999}",1)',
    'string.Format("{9}")',
    "string.Concat",
    "x=>x",
    "(x,y)=>x+y",
    "()=>{}",
    "x=>x(x)",
    "typeof(int)",
    "while(true){}",
    "for(;;){}",
    'foreach(var_q_in_"abc"){}',
    "int_F(int_n){return_F(n);}",
    "var_z=1;",
    "z",
    "z++",
    "s+=s;",
)
NUMBERS = ("0", "-1", "1", "2147483647", "9223372036854775808", "1e400", "0.1m", "1000000000")
LONGEST = 3000


def mutated(seeds: Sequence[str], number: int, seed: int) -> Iterator[str]:
    """Make so many."""
    source = random.Random(seed)
    for _ in range(number):
        text = source.choice(seeds)
        for _ in range(source.choice((1, 1, 1, 1, 1, 2, 2, 3, 6))):
            text = CHANGES[source.randrange(len(CHANGES))](source, text, seeds)[:LONGEST]
        yield text


def _tokens(text: str) -> list[str]:
    return TOKEN.findall(text) or [""]


def _piece(source: random.Random) -> str:
    return source.choice(PIECES).replace("_", " ")


def _drop(source: random.Random, text: str, _: Sequence[str]) -> str:
    tokens = _tokens(text)
    del tokens[source.randrange(len(tokens))]
    return "".join(tokens)


def _put(source: random.Random, text: str, _: Sequence[str]) -> str:
    tokens = _tokens(text)
    tokens.insert(source.randrange(len(tokens) + 1), _piece(source))
    return "".join(tokens)


def _replace(source: random.Random, text: str, _: Sequence[str]) -> str:
    tokens = _tokens(text)
    tokens[source.randrange(len(tokens))] = _piece(source)
    return "".join(tokens)


def _swap(source: random.Random, text: str, _: Sequence[str]) -> str:
    tokens = _tokens(text)
    a, b = source.randrange(len(tokens)), source.randrange(len(tokens))
    tokens[a], tokens[b] = tokens[b], tokens[a]
    return "".join(tokens)


def _repeat(source: random.Random, text: str, _: Sequence[str]) -> str:
    tokens = _tokens(text)
    start = source.randrange(len(tokens))
    part = tokens[start : start + source.randrange(1, 8)]
    return "".join(tokens[:start] + part * source.choice((2, 2, 3, 50)) + tokens[start:])


def _cut(source: random.Random, text: str, _: Sequence[str]) -> str:
    return text[: source.randrange(len(text) + 1)]


def _graft(source: random.Random, text: str, seeds: Sequence[str]) -> str:
    ours, theirs = _tokens(text), _tokens(source.choice(seeds))
    start = source.randrange(len(theirs))
    at = source.randrange(len(ours))
    return "".join(ours[:at] + theirs[start : start + source.randrange(1, 20)] + ours[at + source.randrange(3) :])


def _name(source: random.Random, text: str, seeds: Sequence[str]) -> str:
    """Put a name of another expression in place of one."""
    tokens = _tokens(text)
    names = [at for at, one in enumerate(tokens) if one.isidentifier()]
    others = [one for one in _tokens(source.choice(seeds)) if one.isidentifier()]
    if names and others:
        tokens[source.choice(names)] = source.choice(others)
    return "".join(tokens)


def _number(source: random.Random, text: str, _: Sequence[str]) -> str:
    tokens = _tokens(text)
    numbers = [at for at, one in enumerate(tokens) if one[0:1].isdigit()]
    if numbers:
        tokens[source.choice(numbers)] = source.choice(NUMBERS)
    return "".join(tokens)


def _character(source: random.Random, text: str, _: Sequence[str]) -> str:
    at = source.randrange(len(text) + 1)
    return text[:at] + source.choice("\0\u2028\ud800\u0130(){}[]\"'\\@$?<>;,.\n") + text[at:]


def _method(source: random.Random, text: str, seeds: Sequence[str]) -> str:
    """Put another member behind a point: what it gives has another type than what follows expects."""
    points = [found.end() for found in re.finditer(r"\.(?=[A-Z])", text)]
    others = re.findall(r"\.([A-Z]\w*(?:\([^()]*\))?)", source.choice(seeds))
    if not points or not others:
        return text
    at = source.choice(points)
    other: str = source.choice(others)
    return text[:at] + other + re.sub(r"^\w+(\([^()]*\))?", "", text[at:])


def _value(source: random.Random, text: str, _: Sequence[str]) -> str:
    """Put a literal or a value of another type in place of a literal."""
    tokens = _tokens(text)
    literals = [at for at, one in enumerate(tokens) if one[0:1] in "\"'" or one[0:1].isdigit()]
    if literals:
        tokens[source.choice(literals)] = source.choice(VALUES).replace("_", " ")
    return "".join(tokens)


VALUES = (
    "null",
    "0",
    "-1",
    "1.5",
    "2m",
    "3L",
    "'c'",
    '""',
    '"abc"',
    "true",
    "new[]{1,2}",
    "context",
    "context.Request",
    'context.Variables["text"]',
    "DateTime.UtcNow",
    "TimeSpan.Zero",
    'JObject.Parse("{\\"a\\":[1]}")',
    'new_JArray(1,"b")',
    'XElement.Parse("<a/>")',
    "x=>x",
    "Guid.Empty",
    "(1,2)",
    "new{A=1}",
    'Encoding.UTF8.GetBytes("a")',
    "Enumerable.Range(0,3)",
    "\"a,b\".Split(',')",
    "DayOfWeek.Friday",
    "(byte)1",
    "(object)1",
    "int.MaxValue",
)
CHANGES = (
    _drop, _put, _replace, _swap, _repeat, _cut, _graft, _name, _name, _name, _number, _character, _method, _method,
    _method, _value, _value, _value,
)  # fmt: skip
