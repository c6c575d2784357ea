"""A request and an answer of the backend: bytes in, bytes out, whatever served them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Mapping

JSON = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. `path` is as it was sent, `segments` are decoded; names of headers are in lower case.

    `base` is the listener that it came to, `http://127.0.0.1:10000`, whatever host it names; `client` its sender.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""
    base: str = ""
    client: str = ""

    @property
    def segments(self) -> tuple[str, ...]:
        """The parts of the path."""
        return tuple(unquote(part) for part in self.path.split("/") if part)

    @property
    def place(self) -> tuple[str, str, str]:
        """Account, container and blob, as far as the path goes; a blob's name may have slashes in it."""
        account, container, blob, *_ = (*unquote(self.path).removeprefix("/").split("/", 2), "", "")
        return account, container, blob


@dataclass(slots=True)
class Reply:
    """One answer."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def in_json(status: int, body: Any) -> Reply:
    """Return an answer in JSON."""
    return Reply(status, json.dumps(body, separators=(",", ":")).encode(), {"content-type": JSON})


def query_of(text: str) -> dict[str, str]:
    """Return the parameters of a query string; a plus sign stays one, as storage's signatures count on."""
    pairs = (part.partition("=") for part in text.split("&") if part)
    return {unquote(name): unquote(value) for name, _, value in pairs}
