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

from provision.azure.clients import Clients
from provision.azure.reading import Reads
from provision.azure.writing import Writes

if TYPE_CHECKING:
    from provision.address import Scope
    from provision.cloud import Cloud


class Azure(Reads, Writes):
    """One instance in one cloud. Safe to share between threads.

    `read_only` makes sure that nothing but GET and HEAD leaves it.
    """

    def __init__(self, cloud: Cloud, scope: Scope, *, read_only: bool = False) -> None:
        super().__init__(Clients(cloud, scope, read_only=read_only))
        self.scope = scope
        self.look_every = 0.05 if self._clients.local else 5.0

    def close(self) -> None:
        """Close the connections."""
        self._clients.close()
