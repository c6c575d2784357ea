"""Compiling a text, and evaluating what it was compiled to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.compiling import flow
from provision.emulator.gateway.expressions.compiling.build import Builder, unbox
from provision.emulator.gateway.expressions.compiling.statements import sequence
from provision.emulator.gateway.expressions.compiling.tables import TABLES
from provision.emulator.gateway.expressions.errors import (
    COMPILATION,
    EVALUATION,
    ExpressionError,
    Refused,
    Thrown,
    Where,
)
from provision.emulator.gateway.expressions.members import BROKEN
from provision.emulator.gateway.expressions.registry import all_types
from provision.emulator.gateway.expressions.runtime import Runtime
from provision.emulator.gateway.expressions.scope import Frame, Returned
from provision.emulator.gateway.expressions.tree import Source, code_of, named

if TYPE_CHECKING:
    from provision.emulator.gateway.expressions.context import Context
    from provision.emulator.gateway.expressions.scope import Code

NO_RETURN = "Not all code paths return a value."
OURS = "The embedded Azure can't cope with this expression."  # a defect: a caller gets an error all the same
FAILED = "Expression evaluation failed. "


class Expression:
    """A compiled expression. It keeps nothing of an evaluation: one may be evaluated by many calls at once."""

    __slots__ = ("_code", "_start", "_statements", "reads_body", "text", "where")

    def __init__(self, text: str, where: Where) -> None:
        self.text = text
        self.where = where
        self.reads_body = ".Body" in text
        try:
            code, self._start, self._statements = code_of(text)
            self._code = _compiled(code, statements=self._statements)
        except (Refused, Thrown) as error:
            raise self._failure(error.message, error.at, COMPILATION) from None
        except RecursionError:
            raise self._failure("The expression is nested too deeply.", None, COMPILATION) from None
        except BROKEN as error:
            raise self._failure(f"{OURS} ({type(error).__name__})", None, COMPILATION) from error

    def evaluate(self, context: Context) -> Any:
        """Return the value, to be kept as it is; raises ExpressionError."""
        frame = Frame(Runtime(all_types(), context))
        try:
            found = self._code(frame)
        except (Thrown, Refused) as error:
            raise self._failure(FAILED + error.message, error.at, EVALUATION) from None
        except (RecursionError, MemoryError):
            raise self._failure(f"{FAILED}The expression goes too deep.", None, EVALUATION) from None
        except BROKEN as error:
            raise self._failure(f"{FAILED}{OURS} ({type(error).__name__})", None, EVALUATION) from error
        if self._statements:
            if not isinstance(found, Returned):
                raise self._failure(NO_RETURN, None, EVALUATION)
            found = found.value
        return unbox(found)

    def _failure(self, message: str, at: int | None, reason: str) -> ExpressionError:
        before = self.text[: self._start_of(at)]
        line = self.where.line + before.count("\n")
        column = len(before) - before.rfind("\n") if "\n" in before else self.where.column + len(before)
        return ExpressionError(message, Where(self.where.file, line, column), self.text, reason)

    def _start_of(self, at: int | None) -> int:
        return 0 if at is None else min(getattr(self, "_start", 0) + at, len(self.text))


def _compiled(text: str, *, statements: bool) -> Code:
    types = all_types()
    source = Source(text, statements=statements)
    builder = Builder(source, types, TABLES)
    root = source.parse(builder.is_type)
    if statements:
        code = sequence(builder, named(root))
        if not flow.end(named(root)):
            raise Refused(NO_RETURN)
        return code
    inner = named(named(named(root)[0])[0])
    if len(inner) != 1:
        raise Refused("Invalid expression term ')'", 0)
    return builder.expression(inner[0])


def compile(text: str, where: Where | str = "") -> Expression:  # noqa: A001 - what it does
    """Compile `@(...)`, `@{...}` or bare C#; raises ExpressionError where it is no expression that can be executed."""
    return Expression(text, where if isinstance(where, Where) else Where(where))
