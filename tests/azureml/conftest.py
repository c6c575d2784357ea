"""The backend of the worked example, and plain clients of it."""

from __future__ import annotations

import contextlib
import http.client
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from azure.storage.blob import BlobServiceClient

from provision.emulator import Emulator
from provision.emulator.azureml.app import SERVICE, WORKSPACE
from tests.conftest import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator

SENTENCE = {"Inputs": {"input1": {"ColumnNames": ["Col2"], "Values": [["This is a good day"]]}}, "GlobalParameters": {}}
VECTOR = ["1", "1", "2", "2", "0", "2", "0", "1"]
STORAGE = "UseDevelopmentStorage=true"


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def body(self) -> Any:
        return json.loads(self.text)

    @property
    def code(self) -> str:
        """What the details say it was."""
        [detail] = self.body["error"]["details"]
        return str(detail["code"])

    @property
    def said(self) -> str:
        return str(self.body["error"]["details"][0]["message"])


@dataclass
class WebService:
    """A client of the web service; paths are below it unless they begin with a slash."""

    url: str

    def __call__(self, method: str, path: str, body: Any = None, *, key: str | None = "demo", **headers: str) -> Reply:
        target = path if path.startswith("/") else f"/workspaces/{WORKSPACE}/services/{SERVICE}/{path}"
        target += "" if "api-version" in target else f"{'&' if '?' in target else '?'}api-version=2.0"
        sent = {"Content-Type": "application/json", **({"Authorization": f"Bearer {key}"} if key else {}), **headers}
        payload = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.request(method, target, payload, sent)
            answer = connection.getresponse()
            text = answer.read().decode()
        return Reply(answer.status, {key.lower(): value for key, value in answer.getheaders()}, text)


@pytest.fixture
def azure() -> Iterator[Emulator]:
    with Emulator() as azure:
        yield azure


@pytest.fixture
def service(azure: Emulator) -> WebService:
    return WebService(azure.azureml_url)


@pytest.fixture
def storage(azure: Emulator) -> Iterator[BlobServiceClient]:
    """The client that users have."""
    with storage_of(azure) as found:
        yield found


def storage_of(azure: Emulator) -> BlobServiceClient:
    return BlobServiceClient.from_connection_string(azure.environment["AZURE_STORAGE_CONNECTION_STRING"], retry_total=0)
