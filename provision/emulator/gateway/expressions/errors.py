"""What goes wrong in an expression.

Exception
  ExpressionError   what `compile` and `evaluate` raise, and nothing else
  Thrown            an exception of .NET, which the expression's own `catch` sees
  Refused           what a compiler would say, or what is not executed here; no `catch` sees it
    Exhausted       steps, memory or depth ran out
"""

from __future__ import annotations

from dataclasses import dataclass

EVALUATION = "ExpressionValueEvaluationFailure"
COMPILATION = "ExpressionCompilationFailure"
SHOWN = 120


@dataclass(frozen=True, slots=True)
class Where:
    """Where an expression's text begins: file (or any words for the place), line and column, from 1."""

    file: str = ""
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.file else f"{self.line}:{self.column}"


class ExpressionError(Exception):
    """An expression that can't be compiled, or whose evaluation failed.

    `message` is worded as the service does it (`context.LastError.Message`), `reason` is its LastError.Reason at run
    time; `line` and `column` are those of the part that failed, in the file that `where` names.
    """

    def __init__(self, message: str, where: Where, expression: str, reason: str = EVALUATION) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.line = where.line
        self.column = where.column
        self.expression = expression
        self.reason = reason

    def __str__(self) -> str:
        text = " ".join(self.expression.split())
        shown = text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
        return f"{self.where}: {self.message} · {shown}"


class Thrown(Exception):  # noqa: N818 - it is .NET's exception, not an error of ours
    """An exception of .NET: its type's short name, its message, and where in the text it came from."""

    def __init__(self, name: str, message: str, inner: Thrown | None = None) -> None:
        super().__init__(name, message)
        self.name = name
        self.message = message
        self.inner = inner
        self.at: int | None = None


class Refused(Exception):  # noqa: N818 - what is refused is the expression's fault
    """What the compiler would say of the text, or what is not executed here; `at` is its place in the text."""

    def __init__(self, message: str, at: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.at = at


class Exhausted(Refused):
    """The expression took too many steps, too much memory, or went too deep."""


def null_reference() -> Thrown:
    """Return what a member of null throws."""
    return Thrown("NullReferenceException", "Object reference not set to an instance of an object.")


def bad_argument(message: str, name: str = "") -> Thrown:
    """Return an ArgumentException."""
    return Thrown("ArgumentException", f"{message} (Parameter '{name}')" if name else message)


def null_argument(name: str) -> Thrown:
    """Return what an argument that may not be null throws."""
    return Thrown("ArgumentNullException", f"Value cannot be null. (Parameter '{name}')")


def out_of_range(name: str, message: str = "Specified argument was out of the range of valid values.") -> Thrown:
    """Return an ArgumentOutOfRangeException."""
    return Thrown("ArgumentOutOfRangeException", f"{message} (Parameter '{name}')")


def index_out_of_range() -> Thrown:
    """Return what an array throws."""
    return Thrown("IndexOutOfRangeException", "Index was outside the bounds of the array.")


def bad_format(message: str = "Input string was not in a correct format.") -> Thrown:
    """Return a FormatException."""
    return Thrown("FormatException", message)


def overflow(what: str = "") -> Thrown:
    """Return an OverflowException."""
    return Thrown("OverflowException", what or "Arithmetic operation resulted in an overflow.")


def invalid_operation(message: str) -> Thrown:
    """Return an InvalidOperationException."""
    return Thrown("InvalidOperationException", message)


def no_cast(source: str, target: str) -> Thrown:
    """Return what a cast throws, both types by their full names."""
    return Thrown("InvalidCastException", f"Unable to cast object of type '{source}' to type '{target}'.")
