"""Expressions are refused until they can be evaluated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from provision.emulator.gateway.failing import UnsupportedError


class ExpressionError(Exception):
    """An expression failed."""

    message = expression = ""
    line = 0


@dataclass(frozen=True, slots=True)
class Expression:
    """Nothing that can be evaluated."""

    reads_body: bool = False

    def evaluate(self, _: Any) -> Any:
        """Refuse."""
        raise NotImplementedError


def compile(text: str, where: str) -> Expression:  # noqa: A001
    """Refuse."""
    raise UnsupportedError("expression", f"{where}: {text}")


def to_text(value: Any) -> str:
    """Return a value as text."""
    return str(value)
