"""What stands between the SDK and the wire: the token of an embedded Azure, read-only runs, pace, and retries."""

from __future__ import annotations

import re
import time
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from azure.core.pipeline.policies import RetryPolicy, SansIOHTTPPolicy
from azure.core.pipeline.transport import RequestsTransport
from requests import Session
from requests.adapters import HTTPAdapter

from provision.azure.failures import error_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from azure.core.pipeline import PipelineRequest, PipelineResponse

_BUSY: Final = frozenset({"PessimisticConcurrencyConflict", "ManagementApiRequestFailed"})
_REMAINING: Final = re.compile(r"x-ms-ratelimit-remaining-subscription-(reads|writes|deletes)", re.IGNORECASE)
_REFILL: Final = MappingProxyType({"reads": 25, "writes": 10, "deletes": 10})  # a second
_BUCKETS: Final = MappingProxyType({"GET": "reads", "HEAD": "reads", "DELETE": "deletes"})
_RESERVE: Final = 32  # as many requests as may be in flight when an answer comes, twice


class DummyToken(SansIOHTTPPolicy[Any, Any]):
    """A fixed token, for an endpoint on this machine."""

    def on_request(self, request: PipelineRequest[Any]) -> None:
        """Set the header."""
        request.http_request.headers["Authorization"] = "Bearer provision-local"


class ReadOnly(SansIOHTTPPolicy[Any, Any]):
    """Holds back everything that could change something."""

    def on_request(self, request: PipelineRequest[Any]) -> None:
        """Raise rather than let a write through: a caller in this program would be wrong."""
        if request.http_request.method not in ("GET", "HEAD"):
            raise AssertionError(f"a read-only run was about to send {request.http_request.method}")


class Pace(SansIOHTTPPolicy[Any, Any]):
    """Slows down before ARM's buckets are empty, instead of running into 429.

    ARM tells with each answer how many requests are left; buckets refill with 25 reads, 10 writes and 10 deletes a
    second. learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
    """

    def __init__(self, sleep: Callable[[float], None] = time.sleep) -> None:
        self._sleep = sleep
        self._left: dict[str, int] = {}

    def on_request(self, request: PipelineRequest[Any]) -> None:
        """Wait as long as the bucket takes to refill to the reserve."""
        bucket = _BUCKETS.get(request.http_request.method, "writes")
        left = self._left.get(bucket, _RESERVE)
        if left < _RESERVE:
            self._sleep((_RESERVE - left) / _REFILL[bucket])

    def on_response(self, _: PipelineRequest[Any], response: PipelineResponse[Any, Any]) -> None:
        """Remember what is left."""
        for name, value in response.http_response.headers.items():
            found = _REMAINING.fullmatch(name)
            if found and value.isdecimal():
                self._left[found[1].lower()] = int(value)


def roomy() -> RequestsTransport:
    """A transport in which each thread keeps its connection: requests' own pool of 10 would throw some away."""
    session = Session()
    session.mount("https://", HTTPAdapter(pool_maxsize=_RESERVE))
    session.mount("http://", HTTPAdapter(pool_maxsize=_RESERVE))
    return RequestsTransport(session=session)


class Retry(RetryPolicy[Any, Any]):
    """azure-core's retries, and the ways in which API Management says that it is busy. Azure/apiops#379, #486, #667."""

    def is_retry(self, settings: dict[str, Any], response: PipelineResponse[Any, Any]) -> bool:
        """Whether to try again."""
        if super().is_retry(settings, response):
            error_of(response.http_response)  # long operations stream their answers: unread, one keeps its connection
            return True
        status, request = response.http_response.status_code, response.http_request
        if settings["total"] <= 0 or request.method not in ("PUT", "PATCH", "DELETE"):
            return False
        if status == 412:  # noqa: PLR2004
            return bool(request.headers.get("If-Match", "*") == "*")
        return status in (409, 422) and error_of(response.http_response)[0] in _BUSY
