"""What stands between the SDK and the wire: the token of an embedded Azure, read-only runs, and retries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from azure.core.pipeline.policies import RetryPolicy, SansIOHTTPPolicy

from provision.azure.failures import error_of

if TYPE_CHECKING:
    from azure.core.pipeline import PipelineRequest, PipelineResponse

_BUSY: Final = frozenset({"PessimisticConcurrencyConflict", "ManagementApiRequestFailed"})


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


class Retry(RetryPolicy[Any, Any]):
    """azure-core's retries, and the ways in which API Management says that it is busy. Azure/apiops#379, #486, #667."""

    def is_retry(self, settings: dict[str, Any], response: PipelineResponse[Any, Any]) -> bool:
        """Whether to try again."""
        if super().is_retry(settings, response):
            return True
        status, request = response.http_response.status_code, response.http_request
        if settings["total"] <= 0 or request.method not in ("PUT", "PATCH", "DELETE"):
            return False
        if status == 412:  # noqa: PLR2004
            return bool(request.headers.get("If-Match", "*") == "*")
        return status in (409, 422) and error_of(response.http_response)[0] in _BUSY
