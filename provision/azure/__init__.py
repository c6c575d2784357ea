"""The only package that talks to Azure: clients, credentials, long operations, retries, and errors in our own words.

clients    how the SDK's clients are made and called
pipeline   what stands between them and the wire: tokens, pace, retries
answers    what answers hold: the border that nothing odd passes
failures   every error of the SDK as one of ours
waiting    long operations, to their end
wire       ARM's bodies and the flat ones of everything else
reading, writing    what the stages ask for
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from provision.azure.clients import Clients, Connection
from provision.azure.traffic import Traffic
from provision.azure.waiting import Patience
from provision.azure.writing import Writes

if TYPE_CHECKING:
    from provision.address import Scope

__all__ = ["Azure", "Connection", "Patience", "Traffic"]


class Azure(Writes):
    """One instance in one cloud, over a connection that others share. Safe to share between threads."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        super().__init__(Clients(connection, scope))
        self.scope = scope
