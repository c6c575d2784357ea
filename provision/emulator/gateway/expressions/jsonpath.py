"""JSONPath as SelectToken and SelectTokens read it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.errors import Thrown
from provision.emulator.gateway.expressions.jtokens import JArray, JObject, JProperty, JToken, JValue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from provision.emulator.gateway.expressions.runtime import Runtime

    Step = Callable[[Runtime, JToken, JToken], Iterator[JToken]]
    Test = Callable[[Runtime, JToken, JToken], bool]

NAME = re.compile(r"[^.\[\]()\s'\"]+")
QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"")
SLICE = re.compile(r"\s*(-?\d{1,9})?\s*:\s*(-?\d{1,9})?\s*(?::\s*(-?\d{1,9})?\s*)?")
NUMBER = re.compile(r"-?\d{1,18}(?:\.\d{1,18})?(?:[eE][+-]?\d{1,3})?")
OPERATOR = re.compile(r"\s*(===|!==|==|!=|<>|<=|>=|=~|<|>)\s*")
WORDS = (("true", True), ("false", False), ("null", None))
MAX_DEPTH = 16


def bad_path(message: str) -> Thrown:
    """Return what a path that is none throws."""
    return Thrown("JsonException", message)


def select(rt: Runtime, root: JToken, path: str) -> Iterator[JToken]:
    """Go through the tokens that a path leads to."""
    tokens: Iterable[JToken] = [root]
    for step in _Reader(path).steps():
        tokens = _through(rt, step, tokens, root)
    return iter(tokens)


def _through(rt: Runtime, step: Step, tokens: Iterable[JToken], root: JToken) -> Iterator[JToken]:
    for token in tokens:
        for one in step(rt, token, root):
            rt.step()
            yield one


def _named(name: str) -> Step:
    def run(_: Runtime, token: JToken, __: JToken) -> Iterator[JToken]:
        found = token.get(name) if isinstance(token, JObject) else None
        if found is not None:
            yield found

    return run


def _all(_: Runtime, token: JToken, __: JToken) -> Iterator[JToken]:
    for one in token.children():
        yield one.value if isinstance(one, JProperty) else one


def _indexed(at: int) -> Step:
    def run(_: Runtime, token: JToken, __: JToken) -> Iterator[JToken]:
        if isinstance(token, JArray) and 0 <= at < len(token.items):
            yield token.items[at]

    return run


def _sliced(start: int | None, end: int | None, step: int | None) -> Step:
    if step == 0:
        raise bad_path("Step cannot be zero.")

    def run(_: Runtime, token: JToken, __: JToken) -> Iterator[JToken]:
        if isinstance(token, JArray):
            yield from token.items[start:end:step]

    return run


def _several(steps: list[Step]) -> Step:
    def run(rt: Runtime, token: JToken, root: JToken) -> Iterator[JToken]:
        for step in steps:
            yield from step(rt, token, root)

    return run


def _deep(step: Step | None) -> Step:
    def run(rt: Runtime, token: JToken, root: JToken) -> Iterator[JToken]:
        stack = [token]
        while stack:
            rt.step()
            one = stack.pop()
            if step is None:
                yield one
            else:
                yield from step(rt, one, root)
            stack += reversed([inner.value if isinstance(inner, JProperty) else inner for inner in one.children()])

    return run


def _filtered(test: Test) -> Step:
    def run(rt: Runtime, token: JToken, root: JToken) -> Iterator[JToken]:
        for one in _all(rt, token, root):
            rt.step()
            if test(rt, one, root):
                yield one

    return run


class _Reader:
    def __init__(self, path: str) -> None:
        self.path = path
        self.at = 0

    def steps(self) -> list[Step]:
        """Read a whole path."""
        if self.path.startswith("$"):
            self.at = 1
        found = self.relative()
        if self.at < len(self.path):
            raise bad_path(f"Unexpected character while parsing path: {self.path[self.at]}")
        return found

    def relative(self) -> list[Step]:
        """Read steps while there are some."""
        found: list[Step] = []
        first = self.at == 0
        while self.at < len(self.path):
            if self.path.startswith("..", self.at):
                self.at += 2
                found.append(_deep(self.one()))
            elif self.path[self.at] == ".":
                self.at += 1
                found.append(self.one())
            elif self.path[self.at] == "[" or first:
                found.append(self.one())
            else:
                break
            first = False
        return found

    def one(self) -> Step:
        """Read a name, `*` or brackets."""
        if self.path.startswith("[", self.at):
            return self.brackets()
        if self.path.startswith("*", self.at):
            self.at += 1
            return _all
        found = NAME.match(self.path, self.at)
        if not found:
            raise bad_path("Unexpected end while parsing path.")
        self.at = found.end()
        return _named(found[0])

    def brackets(self) -> Step:
        self.at += 1
        if self.path.startswith("?", self.at):
            self.at += 1
            return self.filter()
        found: list[Step] = []
        while True:
            self.space()
            found.append(self.index())
            self.space()
            if not self.path.startswith(",", self.at):
                break
            self.at += 1
        self.expect("]")
        return found[0] if len(found) == 1 else _several(found)

    def index(self) -> Step:
        if self.path.startswith("*", self.at):
            self.at += 1
            return _all
        quoted = QUOTED.match(self.path, self.at)
        if quoted:
            self.at = quoted.end()
            return _named(re.sub(r"\\(.)", r"\1", quoted[1] if quoted[1] is not None else quoted[2]))
        sliced = SLICE.match(self.path, self.at)
        if sliced:
            self.at = sliced.end()
            return _sliced(*(int(one) if one else None for one in sliced.groups()))
        number = NUMBER.match(self.path, self.at)
        if not number or "." in number[0]:
            raise bad_path(f"Unexpected character while parsing path indexer: {self.path[self.at : self.at + 1]}")
        self.at = number.end()
        return _indexed(int(number[0]))

    def filter(self) -> Step:
        self.expect("(")
        test = self.either(0)
        self.expect(")")
        self.expect("]")
        return _filtered(test)

    def either(self, depth: int) -> Test:
        if depth > MAX_DEPTH:
            raise bad_path("The filter is nested too deeply.")
        tests = [self.both(depth)]
        while self.skip("||"):
            tests.append(self.both(depth))
        return lambda rt, token, root: any(one(rt, token, root) for one in tests)

    def both(self, depth: int) -> Test:
        tests = [self.test(depth)]
        while self.skip("&&"):
            tests.append(self.test(depth))
        return lambda rt, token, root: all(one(rt, token, root) for one in tests)

    def test(self, depth: int) -> Test:
        self.space()
        if self.skip("("):
            inner = self.either(depth + 1)
            self.expect(")")
            return inner
        left = self.operand()
        sign = OPERATOR.match(self.path, self.at)
        if not sign:
            return lambda rt, token, root: next(iter(left(rt, token, root)), None) is not None
        self.at = sign.end()
        if sign[1] == "=~":
            raise bad_path("Regular expressions in paths are not executed here.")
        right, how = self.operand(), sign[1]
        return lambda rt, token, root: any(
            compared(how, a, b) for a in left(rt, token, root) for b in right(rt, token, root)
        )

    def operand(self) -> Callable[[Runtime, JToken, JToken], Iterable[JToken]]:
        self.space()
        start = self.path[self.at : self.at + 1]
        if start in ("@", "$") and start:
            self.at += 1
            steps = self.relative() if self.at < len(self.path) and self.path[self.at] in ".[" else []

            def walk(rt: Runtime, token: JToken, root: JToken) -> Iterable[JToken]:
                tokens: Iterable[JToken] = [token if start == "@" else root]
                for step in steps:
                    tokens = _through(rt, step, tokens, root)
                return tokens

            return walk
        value = JValue(self.constant())
        return lambda _, __, ___: [value]

    def constant(self) -> Any:
        quoted = QUOTED.match(self.path, self.at)
        if quoted:
            self.at = quoted.end()
            return re.sub(r"\\(.)", r"\1", quoted[1] if quoted[1] is not None else quoted[2])
        number = NUMBER.match(self.path, self.at)
        if number:
            self.at = number.end()
            return float(number[0]) if set(number[0]) & set(".eE") else int(number[0])
        for word, value in WORDS:
            if self.skip(word):
                return value
        raise bad_path("Could not read query operator.")

    def space(self) -> None:
        while self.path[self.at : self.at + 1].isspace():
            self.at += 1

    def skip(self, text: str) -> bool:
        self.space()
        if self.path.startswith(text, self.at):
            self.at += len(text)
            return True
        return False

    def expect(self, text: str) -> None:
        if not self.skip(text):
            raise bad_path(
                "Path ended with open indexer." if text == "]" else "Unexpected character while parsing path query."
            )


def compared(sign: str, one: JToken, other: JToken) -> bool:
    """Compare two tokens in a filter."""
    if not isinstance(one, JValue) or not isinstance(other, JValue):
        return sign in ("!=", "<>", "!==") and one is not other
    a, b = one.value, other.value
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in (a, b))
    if sign in ("==", "===", "!=", "!==", "<>"):
        same = a == b if numbers or type(a) is type(b) else str(a) == str(b) and sign in ("==", "!=", "<>")
        return bool(same) == (sign in ("==", "==="))
    if not numbers and type(a) is not type(b):
        return False
    try:
        return bool({"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[sign])
    except TypeError:
        return False
