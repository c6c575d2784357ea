"""Attributes and texts of policies: literals, or expressions that a call evaluates."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions import Expression, ExpressionError, compile, to_text  # noqa: A004
from provision.emulator.gateway.failing import GatewayError, internal
from provision.emulator.policy.policyxml import is_expression

if TYPE_CHECKING:
    from provision.emulator.gateway.place import Place
    from provision.emulator.gateway.transit import Transit

LENGTHY = re.compile(r"\b(for|foreach|while|do)\b|=>|Regex")  # what may take so long that others would wait
TRUTHS = MappingProxyType({"true": True, "1": True, "false": False, "0": False})


@dataclass(frozen=True, slots=True)
class Value:
    """A text, or an expression in its place."""

    literal: str
    expression: Expression | None
    place: Place

    async def get(self, transit: Transit) -> Any:
        """Return the text, or what the expression is worth. Raises GatewayError."""
        if self.expression is None:
            return self.literal
        if self.expression.reads_body:
            await transit.load_request()
            await transit.load_response()
        try:
            if LENGTHY.search(self.literal):
                return await asyncio.to_thread(self.expression.evaluate, transit.context)
            return self.expression.evaluate(transit.context)
        except ExpressionError as error:
            raise failed(self.place, error) from None

    async def text(self, transit: Transit) -> str:
        """Return it as C# would write it."""
        return self.literal if self.expression is None else to_text(await self.get(transit))

    async def number(self, transit: Transit) -> float:
        """Return it as a number."""
        found = await self.text(transit)
        try:
            return float(found)
        except ValueError:
            raise self._unfit(found, "a number") from None

    async def whole(self, transit: Transit) -> int:
        """Return it as a whole number."""
        found = await self.text(transit)
        try:
            return int(found)
        except ValueError:
            raise self._unfit(found, "a whole number") from None

    async def flag(self, transit: Transit) -> bool:
        """Return it as a truth value."""
        found = await self.text(transit)
        known = TRUTHS.get(found.strip().lower())
        if known is None:
            raise self._unfit(found, "a truth value")
        return known

    def _unfit(self, found: str, wanted: str) -> GatewayError:
        message = f"'{found[:100]}' is not {wanted}, which '{self.place.element}' needs at {self.place}."
        error = internal(self.place.element, "PolicyValueInvalid", message)
        error.place = self.place
        return error


def failed(place: Place, error: ExpressionError) -> GatewayError:
    """Return the failure of an expression, with where it stands."""
    message = f"{error.message} {place}, line {error.line}: {error.expression.strip()[:300]}"
    found = internal(place.element, error.reason, message)
    found.place = place
    return found


def text_of(value: Any) -> str:
    """Return a value as C# writes it."""
    return to_text(value)


def bytes_of(value: Any) -> bytes:
    """Return a value as a body: bytes as they are, anything else as text."""
    return bytes(value) if isinstance(value, (bytes, bytearray)) else to_text(value).encode()


def value_of(text: str, place: Place) -> Value:
    """Return the value of an attribute or a text. Raises GatewayError where it is C# that can't be read."""
    if not is_expression(text):
        return Value(text, None, place)
    try:
        return Value(text, compile(text.strip(), str(place)), place)
    except ExpressionError as error:
        raise failed(place, error) from None
