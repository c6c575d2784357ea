"""The emulator's clock: the machine's, moved by a settable distance."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """A clock that can be set and moved, so that 48 hours pass in a moment."""

    def __init__(self) -> None:
        self._distance = timedelta()
        self._frozen: datetime | None = None

    def now(self) -> datetime:
        """Return the emulated time in UTC."""
        return self._frozen or datetime.now(UTC) + self._distance

    def stamp(self) -> str:
        """Return the emulated time as the service writes it."""
        now = self.now()
        fraction = f".{now.microsecond:06d}".rstrip("0") if now.microsecond else ""
        return now.strftime("%Y-%m-%dT%H:%M:%S") + fraction + "Z"

    def freeze(self, when: datetime) -> None:
        """Make it `when` (with a time zone) and let it stand until it is set; `advance` moves it."""
        self._frozen = when.astimezone(UTC) if when.tzinfo else _refuse(when)

    def set(self, when: datetime) -> None:
        """Make it `when` (with a time zone), from where it goes on."""
        self._distance = (when if when.tzinfo else _refuse(when)) - datetime.now(UTC)
        self._frozen = None

    def advance(self, distance: timedelta) -> None:
        """Move the clock by `distance`; raises OverflowError where the calendar ends, and moves nothing then."""
        if self._frozen is not None:
            self._frozen += distance
        else:
            self.set(self.now() + distance)


def _refuse(when: datetime) -> datetime:
    raise ValueError(f"'{when}' has no time zone")
