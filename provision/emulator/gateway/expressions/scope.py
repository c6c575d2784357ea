"""What names mean: while compiling a scope of declared names, while running a frame that holds their values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from provision.emulator.gateway.expressions.runtime import Runtime
    from provision.emulator.gateway.expressions.values import TypeRef

    Code = Callable[["Frame"], Any]


class Frame:
    """The variables of one call of a function, or of one turn of a loop whose variables a function keeps."""

    __slots__ = ("names", "parent", "rt")

    def __init__(self, rt: Runtime, parent: Frame | None = None) -> None:
        self.rt = rt
        self.parent = parent
        self.names: dict[str, Any] = {}


class Scope:
    """The names that a block declares, with their types (None: `var`); `framed` where a frame of its own begins."""

    def __init__(self, parent: Scope | None = None, *, framed: bool = False) -> None:
        self.parent = parent
        self.framed = framed
        self.names: dict[str, TypeRef | None] = {}

    def find(self, name: str) -> tuple[int, TypeRef | None] | None:
        """Return how many frames up a name is declared, and its type."""
        up = 0
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return up, scope.names[name]
            up += scope.framed
            scope = scope.parent
        return None

    def taken(self, name: str) -> bool:
        """Tell whether a name is declared in this function already."""
        return self.find(name) is not None


class Signal:
    """How a statement ends other than by going on."""

    __slots__ = ("value",)

    def __init__(self, value: Any = None) -> None:
        self.value = value


class Returned(Signal):
    """By `return`, with its value."""

    __slots__ = ()


class Broke(Signal):
    """By `break`."""

    __slots__ = ()


class Continued(Signal):
    """By `continue`."""

    __slots__ = ()


def frame_up(frame: Frame, up: int) -> Frame:
    """Return the frame so many up."""
    for _ in range(up):
        frame = frame.parent or frame
    return frame
