"""The blob service of the development account, as far as batches need it, and what upload and download do beside it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from provision.emulator.azureml import blobwork, containers
from provision.emulator.azureml.signatures import ACCOUNT, KEY, sas_fault, shared_key_fault
from provision.emulator.azureml.trouble import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from provision.emulator.azureml.blobs import Blobs
    from provision.emulator.azureml.exchange import Asked, Reply
    from provision.emulator.world.clock import Clock


class Route(NamedTuple):
    """What serves a request, and which permissions of a signature let it pass, any of them."""

    handler: Callable[[Blobs, Asked], Reply]
    permissions: str


# By method, what the path names, and `comp`.
ROUTES: Mapping[tuple[str, str, str], Route] = MappingProxyType(
    {
        ("GET", "account", "list"): Route(containers.every, "l"),
        ("PUT", "container", ""): Route(containers.create, "cw"),
        ("GET", "container", ""): Route(containers.look, "r"),
        ("GET", "container", "metadata"): Route(containers.look, "r"),
        ("PUT", "container", "metadata"): Route(containers.set_metadata, "w"),
        ("GET", "container", "list"): Route(containers.within, "l"),
        ("DELETE", "container", ""): Route(containers.delete, "d"),
        ("PUT", "blob", ""): Route(blobwork.put, "cw"),
        ("PUT", "blob", "block"): Route(blobwork.put_block, "cw"),
        ("PUT", "blob", "blocklist"): Route(blobwork.put_blocks, "cw"),
        ("PUT", "blob", "metadata"): Route(blobwork.set_metadata, "w"),
        ("PUT", "blob", "properties"): Route(blobwork.set_properties, "w"),
        ("GET", "blob", ""): Route(blobwork.get, "r"),
        ("GET", "blob", "metadata"): Route(blobwork.get, "r"),
        ("GET", "blob", "blocklist"): Route(blobwork.blocks, "r"),
        ("DELETE", "blob", ""): Route(blobwork.delete, "d"),
    }
)


def answer(blobs: Blobs, clock: Clock, asked: Asked) -> Reply:
    """Answer a request below the account's name."""
    try:
        route = _route(asked)
        _admit(blobs, clock, asked, route)
        return route.handler(blobs, asked)
    except StorageError as error:
        return error.reply()


def _route(asked: Asked) -> Route:
    _, container, blob = asked.place
    what = "blob" if blob else "container" if container else "account"
    method = "GET" if asked.method == "HEAD" else asked.method
    route = ROUTES.get((method, what, asked.query.get("comp", "")))
    if route is None or "snapshot" in asked.query:
        raise StorageError("NotImplemented", f"{asked.method} of this kind on its {what} is not.")
    return route


def _admit(blobs: Blobs, clock: Clock, asked: Asked, route: Route) -> None:
    if "authorization" in asked.headers:
        fault = shared_key_fault(asked)
    elif "sig" in asked.query:
        fault = sas_fault(asked, clock.now(), route.permissions)
    elif _public(blobs, asked):
        return
    else:
        raise StorageError("NoAuthenticationInformation")
    if fault:
        raise StorageError("AuthenticationFailed", fault)


def _public(blobs: Blobs, asked: Asked) -> bool:
    _, container, blob = asked.place
    facts = blobs.container(container) if asked.method in ("GET", "HEAD") else None
    return facts is not None and (facts.access == "container" or (facts.access == "blob" and blob != ""))


def connection_string(base: str) -> str:
    """Return what points a client of storage at the listener `base`."""
    return f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};BlobEndpoint={base}/{ACCOUNT};"
