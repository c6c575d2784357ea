"""The `$filter` of lists: comparisons, `contains`, `startswith`, `endswith`, and, or, not, parentheses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from provision.emulator.world.errors import ArmError, invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Test = Callable[[Mapping[str, Any]], bool]

TOKEN = re.compile(r"\s*('(?:[^']|'')*'|[(),]|[^\s(),']+)")
COMPARISONS = frozenset({"eq", "ne", "gt", "ge", "lt", "le"})
FUNCTIONS = frozenset({"contains", "startswith", "endswith", "substringof"})
MAX_LENGTH = 4000


class _Parser:
    def __init__(self, expression: str, names: frozenset[str] | None) -> None:
        self.expression, self.names = expression, names
        self.tokens = TOKEN.findall(expression)
        if len(expression) > MAX_LENGTH or "".join(self.tokens) != TOKEN.sub(r"\1", expression).strip():
            raise self.fail()
        self.at = 0

    def fail(self) -> Exception:
        return invalid([("$filter", f"'{self.expression[:200]}' is not a filter that is understood.")])

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def named(self, token: str) -> str:
        if self.names is not None and token.lower() not in self.names:
            raise ArmError(501, "NotImplemented", f"The emulator cannot filter by '{token[:200]}'.")
        return token

    def take(self, wanted: str = "") -> str:
        token = self.peek()
        if not token or (wanted and token.lower() != wanted):
            raise self.fail()
        self.at += 1
        return token

    def either(self) -> Test:
        left = self.both()
        while self.peek().lower() == "or":
            self.take()
            left = _or(left, self.both())
        return left

    def both(self) -> Test:
        left = self.single()
        while self.peek().lower() == "and":
            self.take()
            left = _and(left, self.single())
        return left

    def single(self) -> Test:
        token = self.take()
        if token.lower() == "not":
            inner = self.single()
            return lambda item: not inner(item)
        if token == "(":  # noqa: S105
            inner = self.either()
            self.take(")")
            return inner
        if token.lower() in FUNCTIONS:
            return self.function(token.lower())
        operator = self.take().lower()
        if operator not in COMPARISONS:
            raise self.fail()
        return _compare(self.named(token), operator, _literal(self.take()))

    def function(self, name: str) -> Test:
        self.take("(")
        first = self.take()
        self.take(",")
        second = self.take()
        self.take(")")
        key, text = (second, first) if name == "substringof" else (first, second)
        wanted, key = str(_literal(text)).lower(), self.named(key)

        def test(item: Mapping[str, Any]) -> bool:
            value = str(_value(item, key) or "").lower()
            if name == "startswith":
                return value.startswith(wanted)
            return value.endswith(wanted) if name == "endswith" else wanted in value

        return test


def _or(left: Test, right: Test) -> Test:
    return lambda item: left(item) or right(item)


def _and(left: Test, right: Test) -> Test:
    return lambda item: left(item) and right(item)


def _literal(token: str) -> Any:
    if token.startswith("'"):
        return token[1:-1].replace("''", "'")
    words = {"true": True, "false": False, "null": None}
    if token.lower() in words:
        return words[token.lower()]
    try:
        return float(token)
    except ValueError:
        return token


def _value(item: Mapping[str, Any], key: str) -> Any:
    """Return a property by its path; `properties/` before it is optional, case does not matter."""
    value: Any = item
    for part in key.removeprefix("properties/").split("/"):
        if not isinstance(value, dict):
            return None
        value = next((v for k, v in value.items() if k.lower() == part.lower()), None)
    return value


def _compare(key: str, operator: str, wanted: Any) -> Test:
    def test(item: Mapping[str, Any]) -> bool:
        value = _value(item, key)
        if operator in ("eq", "ne"):
            same = _folded(value) == _folded(wanted)
            return same if operator == "eq" else not same
        if isinstance(value, str) != isinstance(wanted, str) or value is None or wanted is None:
            return False
        results = {"gt": value > wanted, "ge": value >= wanted, "lt": value < wanted, "le": value <= wanted}
        return bool(results[operator])

    return test


def _folded(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def compiled(expression: str, names: frozenset[str] | None = None) -> Test:
    """Return the test of an OData filter; raises the service's 400 for one that is not understood.

    `names` (lower case) are all that can be compared, where there is a limit; another raises 501.
    """
    parser = _Parser(expression, names)
    test = parser.either()
    if parser.peek():
        raise parser.fail()
    return test
