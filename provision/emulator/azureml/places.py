"""Where a batch reads and writes: blobs by connection string and path, or by a URL in three parts that carries a SAS.

`UseDevelopmentStorage=true` is the embedded blob endpoint, and so is the development account by name and key, whatever
endpoint it is given with: there is no other account to reach.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from provision.emulator.azureml.errors import RefusedError
from provision.emulator.azureml.exchange import Asked, query_of
from provision.emulator.azureml.signatures import ACCOUNT, KEY, sas_fault
from provision.emulator.azureml.tables import EXTENSIONS, separator_of
from provision.emulator.world.store import storable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Place:
    """A blob: its container and its name."""

    container: str
    name: str

    @property
    def path(self) -> str:
        """As a batch names it."""
        return f"/{self.container}/{self.name}"


def place_of(given: Any, now: datetime, permissions: str) -> Place:
    """Return the blob that a part of a batch's body names; a signature in it must permit any of `permissions`."""
    if not isinstance(given, dict) or not given.get("RelativeLocation"):
        raise RefusedError("MissingInputBlobInformation")
    path = storable(str(given["RelativeLocation"]))
    container, _, name = path.removeprefix("/").partition("/")
    if not container:
        raise RefusedError("ContainerIsEmpty")
    if not name:
        raise RefusedError("InputBlobRelativeLocationInvalid")
    if given.get("ConnectionString"):
        _check_connection(str(given["ConnectionString"]))
    elif given.get("BaseLocation") and given.get("SasBlobToken"):
        _check_signature(given, Place(container, name), now, permissions)
    else:
        raise RefusedError("MissingInputBlobInformation")
    if separator_of(name) is None:
        raise RefusedError("InvalidBlobExtension", (path, ", ".join(EXTENSIONS)))
    return Place(container, name)


def _check_connection(text: str) -> None:
    """Refuse what is not the development account; its key is shown to nobody."""
    settings = _settings(text)
    if settings.get("usedevelopmentstorage", "").lower() == "true":
        return
    account = settings.get("accountname", "")
    if account != ACCOUNT:
        said = f"the account '{account}' is out of reach: the embedded Azure has {ACCOUNT} (UseDevelopmentStorage=true)"
        raise RefusedError("InvalidBlobConnectionString", (said,))
    if settings.get("accountkey") != KEY:
        raise RefusedError("InvalidBlobConnectionString", (f"the key is not that of {ACCOUNT}",))


def _settings(text: str) -> Mapping[str, str]:
    pairs = [part.strip().partition("=") for part in text.split(";") if part.strip()]
    if not pairs or not all(equals for _, equals, _ in pairs):
        raise RefusedError("InvalidBlobConnectionString", ("it is no list of NAME=VALUE",))
    return {name.lower(): value for name, _, value in pairs}


def _check_signature(given: Mapping[str, Any], place: Place, now: datetime, permissions: str) -> None:
    base = urlsplit(str(given["BaseLocation"]))
    if base.path.strip("/") != ACCOUNT:
        raise RefusedError("InvalidBlob", (place.path,), f"BaseLocation must lead to {ACCOUNT} of the embedded Azure.")
    query = query_of(str(given["SasBlobToken"]).removeprefix("?"))
    fault = sas_fault(Asked("GET", f"/{ACCOUNT}{place.path}", query, {}), now, permissions)
    if fault:
        raise RefusedError("InvalidBlob", (place.path,), fault)
