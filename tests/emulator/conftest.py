from __future__ import annotations

import http.client
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from provision import emulator
from provision.emulator import Emulator
from provision.emulator.openapi import fetching
from tests.conftest import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000000"
GROUP = f"{SUBSCRIPTION}/resourceGroups/demo"
ABSOLUTE = re.compile(r"http|/metadata|/subscriptions/[\d-]{36}|/subscriptions/\w+/resourceGroups")
SERVICE = f"{GROUP}/providers/Microsoft.ApiManagement/service/demo-apim"


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: Any
    text: str = ""

    @property
    def code(self) -> str:
        return str(self.body["error"]["code"])

    @property
    def targets(self) -> list[str]:
        return [detail["target"] for detail in self.body["error"]["details"]]

    @property
    def props(self) -> dict[str, Any]:
        found: dict[str, Any] = self.body["properties"]
        return found

    @property
    def names(self) -> list[str]:
        return [item["name"] for item in self.body["value"]]


class Arm:
    """A client of one emulator; paths that name no subscription by its GUID, and no group, are below the instance."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.version = "2024-05-01"

    @staticmethod
    def path(path: str) -> str:
        """Return the path of something below the instance."""
        return SERVICE + path

    def __call__(self, method: str, path: str, body: Any = None, **headers: str | None) -> Reply:
        parts = urlsplit(path)
        target = urlsplit(path).path if ABSOLUTE.match(path) else SERVICE + parts.path
        query = (
            parts.query if "api-version=" in parts.query else f"{parts.query}&api-version={self.version}".lstrip("&")
        )
        sent = {
            "Authorization": "Bearer token",
            "Content-Type": "application/json",
            **{k.replace("_", "-"): v for k, v in headers.items()},
        }
        payload = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=PATIENCE)
        try:
            connection.request(method, f"{target}?{query}", payload, {k: v for k, v in sent.items() if v is not None})
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        found = {key.lower(): value for key, value in answer.getheaders()}
        is_json = bool(text) and "json" in found.get("content-type", "json")
        return Reply(answer.status, found, json.loads(text) if is_json else None, text.decode())

    def put(self, path: str, /, **props: Any) -> Reply:
        return self("PUT", path, {"properties": props})

    def ready(self, path: str = SERVICE, **more: Any) -> Reply:
        """Create an instance (and its group) and wait until it is at rest."""
        self("PUT", path.partition("/providers/")[0], {"location": "eastus"})
        made = self("PUT", path, service_body(**more))
        assert made.status == 201, made
        while (now := self("GET", path)).props["provisioningState"] != "Succeeded":
            pass
        return now

    def api(self, name: str = "pets", /, **props: Any) -> Reply:
        made = self.put(f"/apis/{name}", **{"displayName": name, "path": name, "protocols": ["https"], **props})
        assert made.status == 201, made
        return made


def service_body(sku: str = "Developer", **props: Any) -> dict[str, Any]:
    base = {"publisherEmail": "admin@example.com", "publisherName": "Example"}
    return {"location": "eastus", "sku": {"name": sku, "capacity": 1}, "properties": {**base, **props}}


@pytest.fixture(autouse=True)
def _links_take_their_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """What serves a document here is as slow as the machine."""
    monkeypatch.setattr(fetching, "SECONDS", PATIENCE)


@pytest.fixture
def readme() -> str:
    """The emulator's page."""
    return (Path(emulator.__file__).parent / "README.md").read_text("utf-8")


@pytest.fixture
def azure() -> Iterator[Emulator]:
    with Emulator() as azure:
        yield azure


@pytest.fixture(params=["memory", "file"])
def state(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    return tmp_path / "state.sqlite3" if request.param == "file" else None


@pytest.fixture
def arm(azure: Emulator) -> Arm:
    return Arm(azure.url)


@pytest.fixture
def apim(arm: Arm) -> Arm:
    """A client of an emulator that holds one instance at rest."""
    arm.ready()
    return arm


@pytest.fixture
def client() -> Callable[[str], Arm]:
    return Arm


@pytest.fixture
def body() -> Callable[..., dict[str, Any]]:
    return service_body
