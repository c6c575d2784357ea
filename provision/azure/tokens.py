"""The login of a run: one for all its threads and connections."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from azure.core.credentials import AccessTokenInfo

    from provision.cloud import Cloud

_FRESH: Final = 300.0  # seconds that a token has to be good for


class Login:
    """A credential that is asked once, whoever wants a token first: the SDK asks it from each thread that has none.

    Not every credential remembers what it got: az, say, is a process for each question.
    """

    def __init__(self, credential: Any) -> None:
        self._credential = credential
        self._lock = threading.Lock()
        self._known: dict[tuple[str, ...], AccessTokenInfo] = {}

    def get_token_info(self, *scopes: str, options: Any = None) -> AccessTokenInfo:
        """A token; another one where the service asks for more claims, or would like it renewed."""
        with self._lock:
            known = self._known.get(scopes)
            if known and not (options or {}).get("claims") and not _is_old(known):
                return known
            self._known[scopes] = self._credential.get_token_info(*scopes, options=options)
            return self._known[scopes]


def _is_old(token: AccessTokenInfo) -> bool:
    now = time.time()
    return token.expires_on - now < _FRESH or bool(token.refresh_on and token.refresh_on <= now)


def login(cloud: Cloud) -> Any:
    """What gets tokens for a cloud; something empty where no token is sent."""
    if not cloud.token:
        return object()
    from azure.identity import DefaultAzureCredential  # noqa: PLC0415 - takes as long to import as requests does

    return Login(DefaultAzureCredential(authority=cloud.authority))
