"""The border: every error of the SDK becomes one of ours here, and nowhere else."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from azure.core.exceptions import AzureError as SdkError
from azure.core.exceptions import (
    ClientAuthenticationError,
    DecodeError,
    DeserializationError,
    HttpResponseError,
    IncompleteReadError,
    ServiceRequestError,
    ServiceResponseError,
)

from provision.azure.waiting import current
from provision.errors import (
    AnswerError,
    AzureError,
    ConflictError,
    ForbiddenError,
    LostError,
    NotFoundError,
    StaleError,
    UnreachableError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_BY_STATUS: Final[Mapping[int, type[AzureError]]] = MappingProxyType(
    {
        401: ForbiddenError,
        403: ForbiddenError,
        404: NotFoundError,
        409: ConflictError,
        412: StaleError,
        422: ConflictError,
    }
)
_HINTS: Final = MappingProxyType(
    {
        "AuthorizationFailed": "the README's section on a real subscription names the roles",
        "ServiceAlreadyExistsInSoftDeletedState": "--restore brings the deleted one back, --purge-first removes it",
        "ServiceAlreadyExists": "names are unique in all of Azure: choose another one",
        "SubscriptionNotFound": "check --subscription-id, and --cloud",
        "InvalidAuthenticationTokenTenant": "az login --tenant ...",
        "ScopeLocked": "a management lock holds it: whoever set that can remove it (az lock list, az lock delete)",
    }
)


_LONGEST: Final = 2000  # characters of a message
_IDS: Final = ("x-ms-request-id", "x-ms-correlation-request-id")


def exchange(request: Any, response: Any) -> str:
    """What was asked, what status came, and the ids by which Azure's support finds it; empty without a request."""
    if request is None:
        return ""
    said = [f"{request.method} {urlsplit(request.url).path}"]
    if response is not None:
        given = [(name, response.headers.get(name)) for name in _IDS]
        said += [f"HTTP {response.status_code}", *(f"{name} {value}" for name, value in given if value)]
    return f" ({', '.join(said)})"


def error_of(response: Any) -> tuple[str, str]:
    """Code and message of ARM's error envelope; empty where the answer has none, or one of another shape."""
    try:
        response.read()
        body = json.loads(response.content)
    except (ValueError, RecursionError, AttributeError, SdkError):
        return "", ""
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return "", error if isinstance(error, str) else ""
    details = error.get("details") if isinstance(error.get("details"), list) else []
    said = [error.get("message"), *(one.get("message") for one in details or () if isinstance(one, dict))]
    message = " ".join(dict.fromkeys(text for text in said if isinstance(text, str)))
    code = error.get("code")
    return code if isinstance(code, str) else "", message.strip()


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Every error of the SDK as one of ours. What else is raised is a fault of provision's own, and stays that."""
    call = current()
    try:
        yield
    except (ServiceResponseError, IncompleteReadError) as error:
        raise LostError(f"{doing}: no answer: {_reason(error)}{exchange(call.request, None)}") from None
    except (DecodeError, DeserializationError) as error:
        what = f"the answer makes no sense: {_first_line(error)}"
        raise AnswerError(f"{doing}: {what}{exchange(call.request, call.response)}") from None
    except ClientAuthenticationError as error:
        hint = "run az login, or set AZURE_CLIENT_ID, AZURE_TENANT_ID and AZURE_CLIENT_SECRET"
        if error.response is None:
            raise ForbiddenError(f"{doing}: no access: {_first_line(error)} · {hint}", status=401) from None
        raise _http_error(doing, error, hint) from None
    except HttpResponseError as error:
        raise _http_error(doing, error) from None
    except ServiceRequestError as error:
        raise UnreachableError(f"{doing}: no answer: {_reason(error)}{exchange(call.request, None)}") from None
    except SdkError as error:
        raise AzureError(f"{doing}: {_first_line(error)}{exchange(call.request, call.response)}") from None


def _http_error(doing: str, error: HttpResponseError, hint: str = "") -> AzureError:
    call, response = current(), error.response
    if response is None:  # its body broke off
        return LostError(f"{doing}: no whole answer: {_reason(error)}{exchange(call.request, None)}")
    status = error.status_code or 0
    code, message = error_of(response)
    hint = _HINTS.get(code, hint)
    said = message or _without_body(error)
    text = f"{doing}: {code or f'HTTP {status}'}: {said[:_LONGEST]}{hint and f' · {hint}'}"
    asked = getattr(response, "request", None) or call.request
    return _BY_STATUS.get(status, AzureError)(text + exchange(asked, response), code=code, status=status)


def _without_body(error: HttpResponseError) -> str:
    """What there is to say where the answer has no error of ARM's; of operations that failed, the SDK's word."""
    failed = (error.status_code or 0) >= 400  # noqa: PLR2004
    return str(error.reason) if failed and error.reason else _first_line(error)


_REASONS: Final = (
    ("refused", "the connection was refused"),
    ("resolve", "the host's name can't be resolved"),
    ("not known", "the host's name can't be resolved"),
    ("CERTIFICATE_VERIFY_FAILED", "its certificate is not trusted (REQUESTS_CA_BUNDLE names further ones)"),
    ("timed out", "it took too long"),
)


def _reason(error: Exception) -> str:
    """Why a connection failed, in a few words where urllib3 has many."""
    said = _first_line(error)
    host = re.search(r"host='([^']+)', port=(\d+)", said)
    short = next((words for mark, words in _REASONS if mark in said), "")
    return f"{host[1]}:{host[2]}: {short}" if host and short else short or said


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
