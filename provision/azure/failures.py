"""The border: every error of the SDK becomes one of ours here, and nowhere else."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from azure.core.exceptions import AzureError as SdkError
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ServiceRequestError,
    ServiceResponseError,
)

from provision.errors import AzureError, ConflictError, ForbiddenError, NotFoundError, StaleError, UnreachableError

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
    }
)


def error_of(response: Any) -> tuple[str, str]:
    """Code and message of ARM's error envelope; empty where the answer has none."""
    try:
        response.read()
        error = json.loads(response.body()).get("error") or {}
    except (ValueError, AttributeError, SdkError):
        return "", ""
    details = [str(one.get("message")) for one in error.get("details") or () if one.get("message")]
    said = str(error.get("message") or "")
    message = " ".join(dict.fromkeys([said, *(one for one in details if one not in said)]))
    return str(error.get("code") or ""), message.strip()


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Every error of the SDK as one of ours."""
    try:
        yield
    except ClientAuthenticationError as error:
        hint = "run az login, or set AZURE_CLIENT_ID, AZURE_TENANT_ID and AZURE_CLIENT_SECRET"
        raise ForbiddenError(f"{doing}: no access: {_first_line(error)} · {hint}", status=401) from None
    except HttpResponseError as error:
        raise _http_error(doing, error) from None
    except (ServiceRequestError, ServiceResponseError) as error:
        raise UnreachableError(f"{doing}: no answer: {_reason(error)}") from None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        # What came is no JSON of ARM's: a proxy's log-in page, say. The SDK has no error of its own for that.
        what = f"the answer is not Azure's ({type(error).__name__}): is there a proxy in between?"
        raise AzureError(f"{doing}: {what}") from None
    except SdkError as error:
        raise AzureError(f"{doing}: {_first_line(error)}") from None


def _http_error(doing: str, error: HttpResponseError) -> AzureError:
    status = error.status_code or 0
    code, message = error_of(error.response) if error.response is not None else ("", "")
    code = code or str(getattr(error.error, "code", "") or "")
    hint = f" · {_HINTS[code]}" if code in _HINTS else ""
    text = f"{doing}: {code or f'HTTP {status}'}: {message or _first_line(error)}{hint}"
    return _BY_STATUS.get(status, AzureError)(text, code=code, status=status)


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
