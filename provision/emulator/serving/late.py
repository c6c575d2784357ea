"""Apps that are made when somebody first calls them: what nobody calls costs no start."""

from __future__ import annotations

import asyncio
from threading import Lock
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_Made = TypeVar("_Made")


class Late(Generic[_Made]):
    """Something that is made once, by whoever first asks for it; of an ASGI app, an ASGI app."""

    def __init__(self, make: Callable[[], _Made]) -> None:
        self._make, self._lock = make, Lock()
        self._made: list[_Made] = []

    @property
    def made(self) -> _Made | None:
        """It, where somebody has asked for it."""
        return self._made[0] if self._made else None

    def get(self) -> _Made:
        """Return it, made if need be."""
        with self._lock:
            if not self._made:
                self._made.append(self._make())
            return self._made[0]

    async def soon(self) -> _Made:
        """Return it, made in a thread if need be, so that others go on."""
        return self._made[0] if self._made else await asyncio.to_thread(self.get)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass a connection on."""
        app: Any = await self.soon()
        await app(scope, receive, send)
