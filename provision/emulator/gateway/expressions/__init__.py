"""Policy expressions: the C# that policies are written in, compiled once and evaluated for each call.

expression = compile('@(context.Request.Headers.GetValueOrDefault("X-Tenant", "none").ToLower())', where)
value = expression.evaluate(context)          # raises ExpressionError, and nothing else
header = to_text(value)                       # as ToString() writes it
"""

from __future__ import annotations

from provision.emulator.gateway.expressions.context import Jwt
from provision.emulator.gateway.expressions.errors import ExpressionError, Where
from provision.emulator.gateway.expressions.evaluation import Expression, compile  # noqa: A004 - C#'s, not Python's
from provision.emulator.gateway.expressions.values import to_text

__all__ = ["Expression", "ExpressionError", "Jwt", "Where", "compile", "to_text"]
