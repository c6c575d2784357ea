"""One evaluation: what it may still spend, the types it knows, the context it reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.errors import Exhausted, Refused, null_argument
from provision.emulator.gateway.expressions.values import Byte, Char, Lambda, Net

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provision.emulator.gateway.expressions.context import Context
    from provision.emulator.gateway.expressions.typetable import Types

MAX_STEPS = 200_000  # operations of one evaluation
MAX_MEMORY = 32_000_000  # characters and items that one evaluation makes, all together
MAX_DEPTH = 60  # functions that call functions


class Runtime:
    """What is spent is never given back: what an expression makes and drops counts too."""

    __slots__ = ("context", "depth", "memory", "steps", "types")

    def __init__(self, types: Types, context: Context) -> None:
        self.types = types
        self.context = context
        self.steps = MAX_STEPS
        self.memory = MAX_MEMORY
        self.depth = 0

    def step(self, count: int = 1) -> None:
        """Spend steps."""
        self.steps -= count
        if self.steps < 0:
            raise Exhausted(f"The expression took more than {MAX_STEPS} steps.")

    def spend(self, size: int) -> int:
        """Spend memory, and the steps that filling it takes; return the size."""
        self.memory -= size
        self.steps -= size >> 6
        if self.memory < 0 or self.steps < 0:
            raise Exhausted(f"The expression made values of more than {MAX_MEMORY} characters.")
        return size

    def each(self, values: Any) -> Iterator[Any]:
        """Go through an enumerable, a step for each item."""
        if values is None:
            raise null_argument("source")
        if not hasattr(values, "__iter__"):
            raise Refused(f"A value of type '{self.types.of(values).name}' can't be gone through")
        make = Char if isinstance(values, str) else Byte if isinstance(values, bytearray) else None
        for item in values:
            self.step()
            yield item if make is None else make(item)

    def gather(self, values: Any) -> list[Any]:
        """Return an enumerable's items as a list."""
        found = list(self.each(values))
        self.spend(len(found))
        return found

    def call(self, function: Lambda, *args: Any) -> Any:
        """Call a function of the expression."""
        self.step()
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Exhausted(f"The expression's functions call each other more than {MAX_DEPTH} deep.")
        try:
            return function.call(*args)
        finally:
            self.depth -= 1


class Seq(Net):
    """A sequence that is made when it is gone through, each time anew."""

    __slots__ = ("_make",)

    def __init__(self, make: Callable[[], Iterator[Any]]) -> None:
        self._make = make

    def __iter__(self) -> Iterator[Any]:
        return self._make()

    def __str__(self) -> str:
        return "System.Linq.Enumerable+Iterator"
