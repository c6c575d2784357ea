"""The backend as an app: RRS and BES below /workspaces, blobs below the development account's name."""

from __future__ import annotations

import asyncio
import hmac
import json
import re
import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from provision.emulator.azureml import storage
from provision.emulator.azureml.blobs import Blobs, as_http
from provision.emulator.azureml.errors import RefusedError
from provision.emulator.azureml.exchange import Asked, Reply, in_json, query_of
from provision.emulator.azureml.jobs import Jobs
from provision.emulator.azureml.scoring import execute
from provision.emulator.azureml.signatures import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from provision.emulator.world.wire import World

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]

HOSTS = re.compile(r"[a-z0-9-]+\.services\.azureml\.net", re.IGNORECASE)
WORKSPACE, SERVICE = "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"
API_KEY = "demo"
API_VERSION = "2.0"
THREADS = 16
LARGEST = 72 * 1024 * 1024  # azure-storage-blob sends up to 64 MB in one piece
ENDLESS = 64 * 1024  # a body may hold no more brackets than this: JSON is read in one go


class AzureML:
    """One web service and the storage of its batches; an ASGI app. What it keeps is in the emulator's state.

    `url` is where it is served, as clients know it; `host_is_served` tells which hosts of the real Azure it stands for.
    """

    def __init__(
        self, world: World, url: str, *, workspace: str = WORKSPACE, service: str = SERVICE, api_key: str = API_KEY
    ) -> None:
        self.workspace, self.service = workspace, service
        self._key, self._world, self._url = api_key, world, url
        self._blobs = Blobs(world.store, world.clock)
        self._jobs = Jobs(world, self._blobs)
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="azureml")

    def close(self) -> None:
        """Begin nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    @staticmethod
    def host_is_served(host: str) -> bool:
        """Tell whether a host name, without its port, leads here: ussouthcentral.services.azureml.net and its like."""
        return HOSTS.fullmatch(host) is not None

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request; the work is done in a thread, so that a large table delays nobody else."""
        if scope["type"] != "http":
            return
        body = await _body(receive)
        if body is None:
            return
        asked = replace(_asked(scope), body=body)
        loop = asyncio.get_running_loop()
        reply = await loop.run_in_executor(self._pool, self.answer, asked) if len(body) <= LARGEST else Reply(413)
        reply.headers.setdefault("x-ms-request-id", secrets.token_hex(16))
        reply.headers.setdefault("date", as_http(self._world.clock.now()))
        reply.headers["content-length"] = str(len(reply.body))
        headers = [(name.encode("latin-1"), _field(value)) for name, value in reply.headers.items()]
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if asked.method == "HEAD" else reply.body})

    def answer(self, asked: Asked) -> Reply:
        """Answer one request; a defect of the emulator's own reaches the caller as one."""
        try:
            return self._answered(asked)
        except Exception as error:  # noqa: BLE001
            message = f"The emulator failed: {type(error).__name__}: {error}"
            return in_json(500, {"error": {"code": "InternalError", "message": message, "details": []}})

    def _answered(self, asked: Asked) -> Reply:
        if asked.place[0] == ACCOUNT:
            reply = storage.answer(self._blobs, self._world.clock, asked)
            reply.headers["x-ms-version"] = asked.headers.get("x-ms-version", "2021-08-06")
            return reply
        try:
            return self._served(asked)
        except RefusedError as refusal:
            return in_json(refusal.status, refusal.body())

    def _served(self, asked: Asked) -> Reply:
        match asked.segments:
            case ("workspaces", workspace, "services", service, *rest):
                self._admit(asked, workspace, service)
            case _:
                rest = []
        match (asked.method, *rest):
            case ("POST", "execute"):
                return in_json(200, execute(_json(asked), asked.query))
            case ("POST", "jobs"):
                return in_json(200, self._jobs.submit(_json(asked)))
            case ("POST", "jobs", job, "start"):
                self._jobs.start(job)
                return Reply(200)
            case ("GET", "jobs", job):
                return in_json(200, self._jobs.status(job, self._url))
            case ("DELETE", "jobs", job):
                self._jobs.cancel(job)
                return Reply(200)
        return in_json(404, {"error": {"code": "NotFound", "message": "Resource not found.", "details": []}})

    def _admit(self, asked: Asked, workspace: str, service: str) -> None:
        """Refuse who has no key, then what is not there, then a key that is not the service's [?: this order]."""
        scheme, _, given = asked.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not given.strip():
            raise RefusedError("ScoreRequestUnauthorized")
        if workspace.lower() != self.workspace.lower():
            raise RefusedError("WorkspaceNotFound")
        if service.lower() != self.service.lower():
            raise RefusedError("WebServiceIdNotFoundInWorkspace")
        if not hmac.compare_digest(given.strip().encode(), self._key.encode()):
            raise RefusedError("ScoreRequestUnauthorized")
        version = asked.query.get("api-version", "")
        if version != API_VERSION:
            raise RefusedError("BadVersionCall", (version or "none",))


def _field(value: str) -> bytes:
    """Return a header's value as it may be sent: those that a signed URL asks for may be anything."""
    return "".join(one for one in value if one.isprintable()).encode("latin-1", "replace")


def _json(asked: Asked) -> dict[str, Any]:
    if asked.body.count(b"[") + asked.body.count(b"{") > ENDLESS * 16:
        raise RefusedError("RequestBodyInvalid", more="It is too large.")
    try:
        found = json.loads(asked.body)
    except (ValueError, RecursionError) as error:
        raise RefusedError("RequestBodyInvalid", more=f"It is no JSON: {error}.") from None
    if not isinstance(found, dict):
        raise RefusedError("RequestBodyInvalid", more="It must be a JSON object.")
    return found


def _asked(scope: Message) -> Asked:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    (address, port), client = scope["server"][:2], scope.get("client")
    base = f"{scope['scheme']}://{f'[{address}]' if ':' in address else address}:{port}"
    query = query_of(scope["query_string"].decode("latin-1"))
    path = scope["raw_path"].decode("latin-1")
    return Asked(scope["method"], path, query, headers, b"", base, client[0] if client else "")


async def _body(receive: Receive) -> bytes | None:
    """Return the body, as much of it as is needed to see that it is too large; None where the client left."""
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        if len(body) <= LARGEST:
            body += message.get("body", b"")
        more = message.get("more_body", False)
    return bytes(body)
