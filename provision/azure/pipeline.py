"""What stands between the SDK and the wire: the token of an embedded Azure, read-only runs, pace, and retries."""

from __future__ import annotations

import random
import re
import threading
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from azure.core.exceptions import ServiceRequestError
from azure.core.pipeline.policies import RetryPolicy, SansIOHTTPPolicy

from provision.azure.failures import error_of
from provision.azure.waiting import SAID_AFTER, Clock, current, duration
from provision.errors import TooLongError

if TYPE_CHECKING:
    from collections.abc import Callable

    from azure.core.pipeline import PipelineRequest, PipelineResponse

_BUSY: Final = frozenset({"PessimisticConcurrencyConflict", "ManagementApiRequestFailed"})
_REMAINING: Final = re.compile(r"x-ms-ratelimit-remaining-subscription-(reads|writes|deletes)", re.IGNORECASE)
_REFILL: Final = MappingProxyType({"reads": 25, "writes": 10, "deletes": 10})  # a second
_BUCKETS: Final = MappingProxyType({"GET": "reads", "HEAD": "reads", "DELETE": "deletes"})
_RESERVE: Final = 32  # as many requests as may be in flight when an answer comes, twice
_THROTTLED: Final = 429
_FAILING: Final = frozenset({408, 500, 502, 503, 504})
_READS: Final = frozenset({"GET", "HEAD"})
_ASKING: Final = frozenset({"listValue", "listSecrets"})
_CROWDED: Final = 1.5  # by which others seem to be more with each refusal,
_LONELY: Final = 0.98  # and fewer with each answer
_MOST: Final = 8.0


class DummyToken(SansIOHTTPPolicy[Any, Any]):
    """A fixed token, for an endpoint on this machine."""

    def on_request(self, request: PipelineRequest[Any]) -> None:
        """Set the header."""
        request.http_request.headers["Authorization"] = "Bearer provision-local"


class ReadOnly(SansIOHTTPPolicy[Any, Any]):
    """Holds back everything that could change something. `asks`: the POSTs that ask for secrets get through."""

    def __init__(self, *, asks: bool = False) -> None:
        self._asks = asks

    def on_request(self, request: PipelineRequest[Any]) -> None:
        """Raise rather than let a write through: a caller in this program would be wrong."""
        method, path = request.http_request.method, urlsplit(request.http_request.url).path
        if method not in _READS and not (self._asks and method == "POST" and path.rpartition("/")[2] in _ASKING):
            raise AssertionError(f"a read-only run was about to send {method} {path}")


class Pace(SansIOHTTPPolicy[Any, Any]):
    """Slows down before ARM's buckets are empty, instead of running into 429; one serves all connections of a run.

    ARM tells with each answer how many requests are left; buckets refill with 25 reads, 10 writes and 10 deletes a
    second, and belong to the subscription and the principal: other runs of the same one empty them too, which shows
    in refusals. learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
    """

    def __init__(self, clock: Clock, say: Callable[[str], None], chance: Callable[[], float] = random.random) -> None:
        self._clock = clock
        self._say = say
        self._chance = chance
        self._lock = threading.Lock()
        self._left: dict[str, int] = {}
        self._crowd: dict[str, float] = {}  # how much slower than alone
        self._closed: dict[str, float] = {}  # until when nothing is sent
        self._advanced: dict[str, float] = {}  # when something was answered that was not refused
        self._told = -SAID_AFTER

    def on_request(self, request: PipelineRequest[Any]) -> None:
        """Wait as long as the bucket takes to refill to the reserve. No loop of the SDK gets past the call's limit."""
        current().pause(self.delay(request.http_request.method), counts=False)

    def on_response(self, request: PipelineRequest[Any], response: PipelineResponse[Any, Any]) -> None:
        """Remember what is left."""
        for name, value in response.http_response.headers.items():
            found = _REMAINING.fullmatch(name)
            if found and value.isdecimal():
                self._left[found[1].lower()] = int(value)
        if response.http_response.status_code != _THROTTLED:
            self.answered(request.http_request.method)

    def delay(self, method: str) -> float:
        """Seconds to wait before a request of this method."""
        bucket = _bucket(method)
        missing = max(0, _RESERVE - self._left.get(bucket, _RESERVE))
        pace = missing / _REFILL[bucket] * self._crowd.get(bucket, 1.0)
        closed = self._closed.get(bucket, 0.0) - self._clock.now()
        return pace if closed <= 0 else closed + pace * self._chance()

    def answered(self, method: str) -> None:
        """Something got through."""
        bucket = _bucket(method)
        with self._lock:
            self._advanced[bucket] = self._clock.now()
            self._crowd[bucket] = max(1.0, self._crowd.get(bucket, 1.0) * _LONELY)

    def refused(self, method: str, seconds: float) -> float:
        """A request was refused, and told to wait: how long it shall, chance added, so that not all come back at once.

        That is no failed try, however often it happens, while anything else gets through. Raises TooLongError.
        """
        bucket, now, call = _bucket(method), self._clock.now(), current()
        with self._lock:
            if seconds > 0:
                if self._closed.get(bucket, 0.0) <= now:  # refusals of one moment are one
                    self._crowd[bucket] = min(_MOST, self._crowd.get(bucket, 1.0) * _CROWDED)
                self._left[bucket] = 0
                self._closed[bucket] = max(self._closed.get(bucket, 0.0), now + seconds)
            tells = now - self._told >= SAID_AFTER
            self._told = now if tells else self._told
            stuck = now - self._advanced.setdefault(bucket, now)
        if tells:
            self._say(f"Azure throttles the {bucket} of this subscription: waiting as it asks ({duration(seconds)})")
        if stuck > call.limit:
            raise TooLongError(f"{call.doing}: throttled by Azure, and nothing got through for {duration(stuck)}")
        return seconds * (1.0 + self._chance() * self._crowd.get(bucket, 1.0))


def _bucket(method: str) -> str:
    return _BUCKETS.get(method, "writes")


class Retry(RetryPolicy[Any, Any]):
    """azure-core's retries, with what is known of ARM and of API Management.

    Throttling is no failure: it is waited out, uncounted. The ways in which the service says that it is busy are tried
    again. Azure/apiops#379, #486, #667. A write that may have been carried out is not repeated here: whoever sent it
    looks first.
    """

    def __init__(self, pace: Pace, **options: Any) -> None:
        super().__init__(**options)
        self._pace = pace

    def is_retry(self, settings: dict[str, Any], response: PipelineResponse[Any, Any]) -> bool:
        """Whether to try again."""
        status, request = response.http_response.status_code, response.http_request
        if status == _THROTTLED:
            response.http_response.read()
            return True
        if settings["total"] <= 0:
            return False
        if request.method in _READS:
            return status in _FAILING
        if status == 412:  # noqa: PLR2004
            return bool(request.headers.get("If-Match", "*") == "*")
        return status in (409, 422) and error_of(response.http_response)[0] in _BUSY

    def increment(self, settings: dict[str, Any], response: Any = None, error: Exception | None = None) -> bool:
        """Count a try. Whether there is another one."""
        if error is None and response.http_response.status_code == _THROTTLED:
            return True
        sent = error is not None and not isinstance(error, ServiceRequestError)
        if sent and response.http_request.method not in _READS:
            return False
        return super().increment(settings, response=response, error=error)

    def sleep(self, settings: dict[str, Any], transport: Any, response: Any = None) -> None:
        """Wait before the next try."""
        if response is None or response.http_response.status_code != _THROTTLED:
            super().sleep(settings, transport, response=response)
            return
        told = self.get_retry_after(response)
        seconds = self._pace.refused(response.http_request.method, 1.0 if told is None else told)
        current().pause(seconds, counts=False)
