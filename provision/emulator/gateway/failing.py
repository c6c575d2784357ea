"""What ends a call early, and the words that its caller gets.

Sources: [doc] Microsoft's table of predefined errors, [#] answers of the service quoted in issues, [?] inferred.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from provision.emulator.gateway.place import Place

NOT_FOUND = "Unable to match incoming request to an operation."
INTERNAL = "Internal server error"


class GatewayError(Exception):
    """A call can't go on: `status` and `shown` are the caller's, the rest is what `context.LastError` tells.

    `shown` is the message in the body where it isn't `message`; `place` is where in the policies it happened.
    """

    def __init__(
        self,
        status: int,
        source: str,
        reason: str,
        message: str,
        *,
        shown: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.source, self.reason, self.message = status, source, reason, message
        self.shown = message if shown is None else shown
        self.headers = dict(headers or {})
        self.place: Place | None = None

    def again(self) -> GatewayError:
        """Return the same for another call: each gets a traceback of its own."""
        made = type(self).__new__(type(self), *self.args)
        made.__dict__.update(self.__dict__)
        return made

    def body(self, activity: UUID) -> bytes:
        """Return the body as the service words it [#]."""
        found = {"statusCode": self.status, "message": self.shown}
        if self.status == 500:  # noqa: PLR2004
            found["activityId"] = str(activity)
            if self.message != self.shown:
                found["emulator"] = f"{self.reason}: {self.message}"  # what the service tells in a trace alone
        return json.dumps(found).encode()


class UnsupportedError(GatewayError):
    """The policies want something that the emulator can't do, which it refuses instead of leaving it out."""

    def __init__(self, element: str, why: str = "") -> None:
        message = f"The emulator can't execute the policy '{element}'{f': {why}' if why else ''}."
        super().__init__(500, element, "PolicyNotSupported", message)


class Finished(Exception):  # noqa: N818  # no error: the answer stands, and the rest of the policies is left out
    """An element made the answer."""


def phrase(status: int) -> str:
    """Return the reason phrase of a status."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def operation_not_found() -> GatewayError:
    """Return what is said where nothing serves a URL."""
    return GatewayError(404, "configuration", "OperationNotFound", NOT_FOUND, shown="Resource not found")


def internal(source: str, reason: str, message: str) -> GatewayError:
    """Return a failure whose reason the caller isn't told by the service."""
    return GatewayError(500, source, reason, message, shown=INTERNAL)
