"""The instances as ARM shows them: the portal reads and writes nothing behind its back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from provision.emulator.world.errors import ArmError
from provision.emulator.world.wire import Answer, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provision.emulator.world.store import Store

SERVICE = "microsoft.apimanagement/service"
VERSION = "2024-05-01"
OK, GONE = 200, 404


@dataclass(frozen=True, slots=True)
class Inside:
    """A client of ARM without a network between; `arm` answers a request."""

    store: Store
    arm: Callable[[Request], Answer]

    def services(self) -> list[str]:
        """Return the ids of the instances."""
        return sorted((row.id for row in self.store.of_type(SERVICE)), key=lambda one: one.rpartition("/")[2].lower())

    def service(self, name: str) -> str:
        """Return the id of the instance of that name. Raises ArmError 404."""
        found = next((one for one in self.services() if one.rpartition("/")[2].lower() == name.lower()), None)
        if found is None:
            raise ArmError(GONE, "ResourceNotFound", f"There is no instance '{name}'.")
        return found

    def get(self, path: str) -> dict[str, Any]:
        """Return a resource. Raises ArmError as ARM has it."""
        found: dict[str, Any] = self.ask("GET", path).body
        return found

    def every(self, path: str) -> Iterator[dict[str, Any]]:
        """Return the resources of a collection, over all its pages."""
        target = path
        while target:
            page = self.ask("GET", target).body
            yield from page["value"]
            following = urlsplit(page.get("nextLink") or "")
            target = f"{following.path}?{following.query}" if following.path else ""

    def ask(self, method: str, target: str, body: Any = None) -> Answer:
        """Send one request. Raises ArmError where ARM refuses."""
        path, _, query = target.partition("?")
        segments = tuple(unquote(part) for part in path.split("/") if part)
        given = {key.lower(): value for key, value in parse_qsl(query, keep_blank_values=True)}
        headers = {"authorization": "Bearer portal", "content-type": "application/json"}
        sent = b"" if body is None else json.dumps(body).encode()
        base = "http://portal"
        answer = self.arm(Request(method, segments, {"api-version": VERSION, **given}, headers, sent, base))
        if answer.status >= 400:  # noqa: PLR2004
            error = answer.body["error"]
            raise ArmError(answer.status, error["code"], error["message"], error.get("details"))
        return answer


def part(name: str) -> str:
    """Return a name as a part of a path."""
    return quote(name, safe=";=")
