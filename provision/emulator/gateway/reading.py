"""What a call needs of an instance's configuration: read once for each state of the store, and kept.

The event loop never waits for the store: what isn't known yet is read in a thread, for which `ColdError` asks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from provision.emulator.world.store import Row, Store

    Result = TypeVar("Result")

SERVICE = "microsoft.apimanagement/service"


class ColdError(Exception):
    """Something has to be read first."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The state as it was at one moment. `known` is what was read of it; only where `loading` more may be."""

    store: Store
    known: dict[Hashable, Any] = field(default_factory=dict)
    loading: bool = False

    def once(self, key: Hashable, make: Callable[[], Result]) -> Result:
        """Return what `make` returned the first time. Raises ColdError where it may not be called here."""
        if key in self.known:
            found: Result = self.known[key]
            return found
        if not self.loading:
            raise ColdError
        made = make()
        self.known[key] = made
        return made

    def row(self, path: str) -> Row | None:
        """Return the resource at a path in lower case."""
        return self.once(("row", path), lambda: self.store.get(path))

    def rows(self, collection: str) -> list[Row]:
        """Return what is in a collection."""
        return self.once(("rows", collection), lambda: self.store.page(collection))

    def links(self, target: str) -> list[Row]:
        """Return what points at a path."""
        return self.once(("links", target), lambda: self.store.pointing_at(target))

    def of_type(self, kind: str, under: str = "") -> list[Row]:
        """Return the resources of a type below `service`."""
        full = f"{SERVICE}/{kind}" if kind else SERVICE
        return self.once(("type", kind, under), lambda: self.store.of_type(full, under))

    def instances(self) -> dict[str, Row]:
        """Return the instances by name, and by the host names of their gateways."""
        return self.once("instances", self._instances)

    def _instances(self) -> dict[str, Row]:
        found: dict[str, Row] = {}
        for row in self.of_type(""):
            found[row.name.lower()] = found[f"{row.name}.azure-api.net".lower()] = row
            for entry in row.props.get("hostnameConfigurations") or []:
                if isinstance(entry, dict) and str(entry.get("type")).lower() == "proxy":
                    found[str(entry.get("hostName")).lower()] = row
        return found
