"""How a user stops a run in which things are written: asked once, nothing more is started; twice, nothing awaited."""

from __future__ import annotations

from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from provision.errors import CancelledError

if TYPE_CHECKING:
    from collections.abc import Callable

LOOK: Final = 0.1  # seconds between two looks whether the user wants to stop
INTERRUPTED: Final = "interrupted"
_Found = TypeVar("_Found")


class Stop(Protocol):
    """Whether the user wants to stop."""

    @property
    def asked(self) -> int:
        """How often that was said."""


class Never:
    """Nobody stops it."""

    asked = 0


def unless_stopped(look: Callable[[], _Found], stop: Stop) -> _Found:
    """What `look` finds. Raises CancelledError as soon as the user wants to stop: looking may take minutes."""
    found: SimpleQueue[tuple[_Found | None, BaseException | None]] = SimpleQueue()

    def work() -> None:
        try:
            found.put((look(), None))
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            found.put((None, error))

    Thread(target=work, daemon=True).start()
    while not stop.asked:
        with suppress(Empty):
            value, error = found.get(timeout=LOOK)
            if error is not None:
                raise error
            return value  # type: ignore[return-value]
    raise CancelledError(INTERRUPTED)
