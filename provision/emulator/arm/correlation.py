"""The ids by which Azure's support finds a request: on every answer of Azure Resource Manager.

Sources: learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling shows both among the
headers of an answer; azurerm sends its own correlation id so that the requests of a run are found together
(hashicorp/terraform-provider-azurerm#3253). [?]: which values ARM takes; what is no header's text isn't sent back.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from provision.emulator.world.wire import Request

REQUEST = "x-ms-request-id"
CORRELATION = "x-ms-correlation-request-id"
SENDABLE = re.compile(r"[!-~]{1,128}")


def ids(request: Request) -> dict[str, str]:
    """Return the headers: a new id, and the correlation id of whoever asks."""
    given = request.headers.get(CORRELATION, "")
    return {REQUEST: str(uuid4()), CORRELATION: given if SENDABLE.fullmatch(given) else str(uuid4())}
