"""The guide's flow as a client of its own: nothing but a base URL and keys, and no other library than storage's.

The base URL is whatever leads to /workspaces: the web service itself, or an API of a gateway before it.
"""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from azure.storage.blob import BlobServiceClient

from tests.conftest import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NOT_STARTED, RUNNING, FAILED, CANCELLED, FINISHED = range(5)
MOST_POLLS = 1000
VERSION = "api-version=2.0"


class JobFailedError(Exception):
    """A job ended otherwise than it should."""


@dataclass
class Guide:
    """A client of one web service. `headers` come with every request (a gateway's subscription key); `wait` is
    called between two polls.
    """

    base: str
    key: str
    workspace: str
    service: str
    headers: Mapping[str, str] = field(default_factory=dict)
    wait: Callable[[], None] = lambda: None
    told: list[int] = field(default_factory=list)

    def score(self, *texts: str) -> list[list[str]]:
        """Request and response: the rows for some texts."""
        inputs = {"input1": {"ColumnNames": ["Col2"], "Values": [[text] for text in texts]}}
        body = {"Inputs": inputs, "GlobalParameters": {}}
        answer = self._json("POST", "execute", body, "&details=true")
        rows: list[list[str]] = answer["Results"]["output1"]["value"]["Values"]
        return rows

    def batch(self, storage: str, container: str, content: bytes, *, sent: str | None = None) -> bytes:
        """Upload, submit, start, poll, download, delete; returns the result. `storage`: a connection string.

        `sent` is what the service is told to reach storage with, where that is not the same.
        """
        with BlobServiceClient.from_connection_string(storage) as blobs:
            blobs.get_blob_client(container, "mydatablob.csv").upload_blob(content, overwrite=True)
        job = self.submit(sent or storage, f"/{container}/mydatablob.csv", f"/{container}/myresultsblob.csv")
        self.start(job)
        results = self.finished(job)
        result = self.download(results["output1"])
        self.delete(job)
        return result

    def submit(self, storage: str, source: str, target: str) -> str:
        """Return the id of a new job."""
        places = ({"ConnectionString": storage, "RelativeLocation": path} for path in (source, target))
        body = {"Input": next(places), "Outputs": {"output1": next(places)}, "GlobalParameters": {}}
        return str(self._json("POST", "jobs", body))

    def start(self, job: str) -> None:
        """Let it run."""
        self._send("POST", f"jobs/{job}/start", b"")

    def finished(self, job: str) -> dict[str, Any]:
        """Poll until it has ended; returns its results."""
        for _ in range(MOST_POLLS):
            found = self._json("GET", f"jobs/{job}")
            status = found["StatusCode"]
            self.told.append(status)
            if status == FINISHED:
                results: dict[str, Any] = found["Results"]
                return results
            if status not in (NOT_STARTED, RUNNING):
                raise JobFailedError(f"job {job}: {status}, {found['Details']}")
            self.wait()
        raise JobFailedError(f"job {job} did not end in {MOST_POLLS} polls")

    def download(self, place: Mapping[str, str]) -> bytes:
        """Read a result where the service says it is."""
        url = place["BaseLocation"] + place["RelativeLocation"] + place["SasBlobToken"]
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            content: bytes = answer.read()
        return content

    def delete(self, job: str) -> None:
        """Delete it."""
        self._send("DELETE", f"jobs/{job}")

    def _json(self, method: str, path: str, body: Any = None, query: str = "") -> Any:
        return json.loads(self._send(method, path, None if body is None else json.dumps(body).encode(), query))

    def _send(self, method: str, path: str, body: bytes | None = None, query: str = "") -> bytes:
        url = f"{self.base}/workspaces/{self.workspace}/services/{self.service}/{path}?{VERSION}{query}"
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.key}", **self.headers}
        request = urllib.request.Request(url, body, headers, method=method)
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            content: bytes = answer.read()
        return content
