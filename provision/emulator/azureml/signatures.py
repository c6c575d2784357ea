"""Who may: requests signed with the account's key, and URLs that carry a signature (SAS).

Sources: learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key, .../create-service-sas and
.../create-account-sas; the order of `x-ms-` headers as azure-storage-blob sorts them. The account is the one that
development storage has everywhere [doc: storage-use-azurite]. Not checked: that a request's date is of this quarter of
an hour, as the emulated clock may stand anywhere. Stored access policies and users' own delegation keys are refused.
"""

from __future__ import annotations

import base64
import hmac
import ipaddress
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from provision.emulator.azureml.exchange import Asked

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
VERSION = "2021-08-06"  # of the signatures that are made here
OLDEST, WITH_RESOURCE, WITH_SCOPE = "2015-04-05", "2018-11-09", "2020-12-06"
SIGNED = (
    "content-encoding",
    "content-language",
    "content-length",
    "content-md5",
    "content-type",
    "date",
    "if-modified-since",
    "if-match",
    "if-none-match",
    "if-unmodified-since",
    "range",
)
OVERRIDES: Mapping[str, str] = MappingProxyType(
    {
        "rscc": "cache-control",
        "rscd": "content-disposition",
        "rsce": "content-encoding",
        "rscl": "content-language",
        "rsct": "content-type",
    }
)
LENIENCE = timedelta(minutes=5)


def sign(text: str) -> str:
    """Return the account key's signature of a text."""
    return base64.b64encode(hmac.digest(base64.b64decode(KEY), text.encode("utf-8", "replace"), "sha256")).decode()


def _signs(given: str, text: str) -> bool:
    return hmac.compare_digest(sign(text).encode(), given.encode("utf-8", "replace"))


def shared_key_fault(asked: Asked) -> str | None:
    """Return what is wrong with the Authorization header of a request, if anything is."""
    scheme, _, rest = asked.headers.get("authorization", "").partition(" ")
    account, _, given = rest.partition(":")
    if scheme != "SharedKey":
        return f"The scheme {scheme!r} is not served here; there are SharedKey and SAS."
    if account != ACCOUNT:
        return f"There is only the account {ACCOUNT}."
    orders: tuple[Callable[[str], str], ...] = (_weight, str)
    if any(_signs(given, _signed_text(asked, order)) for order in orders):
        return None
    return f"The signature is not that of the key of {ACCOUNT}."


def _weight(name: str) -> str:
    """Return what the service sorts a header's name by: a hyphen counts nothing, an underscore less than any other."""
    return name.replace("-", "").replace("_", " ")


def _signed_text(asked: Asked, order: Callable[[str], str]) -> str:
    headers = {**asked.headers}
    if headers.get("content-length") == "0":
        del headers["content-length"]
    own = sorted((name for name in headers if name.startswith("x-ms-")), key=order)
    lines = [asked.method, *(headers.get(name, "") for name in SIGNED), *(f"{name}:{headers[name]}" for name in own)]
    lines.append(f"/{ACCOUNT}{asked.path}")
    lines += [f"{name.lower()}:{asked.query[name]}" for name in sorted(asked.query)]
    return "\n".join(lines)


def sas_fault(asked: Asked, now: datetime, permissions: Iterable[str]) -> str | None:
    """Return what is wrong with the signature in a URL, if anything is; `permissions`: any of these would do."""
    query = asked.query
    if query.get("sv", "") < OLDEST or "si" in query or "skoid" in query:
        return f"Signatures by the account's key are read, without a stored policy, from version {OLDEST} on."
    text = _account_text(query) if "ss" in query else _service_text(query, *asked.place)
    if text is None or not _signs(query.get("sig", ""), text):
        return "Signature did not match."
    return _terms_fault(asked, now, permissions)


def _terms_fault(asked: Asked, now: datetime, permissions: Iterable[str]) -> str | None:
    query = asked.query
    start, end = _instant(query.get("st")), _instant(query.get("se"))
    if end is None or now >= end:
        return f"The signature ended at {query.get('se', 'no time')}; it is {now:%Y-%m-%dT%H:%M:%SZ}."
    if start is not None and now + LENIENCE < start:
        return f"The signature begins at {query['st']}; it is {now:%Y-%m-%dT%H:%M:%SZ}."
    if asked.base.startswith("http:") and query.get("spr") == "https":
        return "The signature is for https."
    if "sip" in query and not _within(asked.client, query["sip"]):
        return f"The signature is not for {asked.client}."
    if not set(permissions) & set(query.get("sp", "")):
        return f"The signature permits '{query.get('sp', '')}'."
    return _scope_fault(asked)


def _scope_fault(asked: Asked) -> str | None:
    """Return how a signature for something smaller is used for something larger."""
    query, (_, container, blob) = asked.query, asked.place
    if "ss" in query:
        kind = "o" if blob else "c" if container else "s"
        whole = "b" in query["ss"] and kind in query.get("srt", "")
        return None if whole else "The signature is not for this service or kind of resource."
    listing = query["sr"] == "c" and query.get("comp") == "list"
    return None if blob or listing else "The signature is for blobs, not for containers."


def _account_text(query: Mapping[str, str]) -> str:
    names = ["sp", "ss", "srt", "st", "se", "sip", "spr", "sv", *(["ses"] if query["sv"] >= WITH_SCOPE else [])]
    return "".join(f"{value}\n" for value in (ACCOUNT, *(query.get(name, "") for name in names)))


def _service_text(query: Mapping[str, str], account: str, container: str, blob: str) -> str | None:
    paths = {"c": (account, container), "b": (account, container, blob)}
    path = paths.get(query.get("sr", ""))
    if path is None or not container:
        return None
    version = query["sv"]
    names = ["si", "sip", "spr", "sv"]
    names += ["sr", "snapshot"] if version >= WITH_RESOURCE else []
    names += ["ses"] if version >= WITH_SCOPE else []
    values = [query.get(name, "") for name in (*names, *OVERRIDES)]
    return "\n".join(
        [query.get("sp", ""), query.get("st", ""), query.get("se", ""), f"/blob/{'/'.join(path)}", *values]
    )


def make_sas(container: str, blob: str, now: datetime, length: timedelta) -> str:
    """Return a query string, with its question mark, that lets its holder read a blob for a time."""
    query = {
        "sv": VERSION,
        "sr": "b",
        "st": f"{now - LENIENCE:%Y-%m-%dT%H:%M:%SZ}",
        "se": f"{now + length:%Y-%m-%dT%H:%M:%SZ}",
        "sp": "r",
    }
    text = _service_text(query, ACCOUNT, container, blob) or ""
    return "?" + "&".join(f"{name}={quote(value, '')}" for name, value in {**query, "sig": sign(text)}.items())


def _instant(text: str | None) -> datetime | None:
    try:
        when = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _within(client: str, allowed: str) -> bool:
    first, _, last = allowed.partition("-")
    try:
        low, high = ipaddress.IPv4Address(first), ipaddress.IPv4Address(last or first)
        return low <= ipaddress.IPv4Address(client) <= high
    except ValueError:
        return False
