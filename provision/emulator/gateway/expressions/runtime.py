"""One evaluation: what it may still spend, the types it knows, the context it reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.errors import Exhausted, Refused, null_argument
from provision.emulator.gateway.expressions.values import Byte, Char, Lambda, Net, Tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from provision.emulator.gateway.expressions.context import Context
    from provision.emulator.gateway.expressions.typetable import Types

MAX_STEPS = 200_000  # operations of one evaluation
MAX_MEMORY = 32_000_000  # characters and items that one evaluation makes, all together
NODE = 32  # what a token of JSON or a node of XML takes, in characters
ITEM = 8  # what one item of a collection takes, in characters
FILLED, LOOKED_AT = 8, 10  # characters that one step fills, or goes through, as powers of two
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
        self.steps -= size >> FILLED
        if self.memory < 0 or self.steps < 0:
            raise Exhausted(f"The expression made values of more than {MAX_MEMORY} characters.")
        return size

    def look(self, values: Iterable[Any]) -> None:
        """Spend the steps that going through long texts takes, and the memory of trees, which may be copied."""
        for value in values:
            if type(value) is str or type(value) is bytearray:
                if len(value) >> LOOKED_AT:
                    self.step(len(value) >> LOOKED_AT)
            elif isinstance(value, Tree):
                self.grow(value)

    def grow(self, tree: Tree) -> None:
        """Spend the memory of a tree that is copied, or may be."""
        self.spend(NODE * tree.size(MAX_MEMORY // NODE))

    def hold(self, count: int) -> None:
        """Spend the memory of so many items."""
        self.spend(count * ITEM)

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
        self.hold(len(found))
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
