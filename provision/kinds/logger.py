"""Loggers: where diagnostics and policies send what they log."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from provision.kinds.confidential import is_reference
from provision.kinds.facts import Default, Fixed, Folded, Required, Secret, WriteOnly
from provision.kinds.kind import EVERYWHERE, Finding, Kind, Names, Properties
from provision.kinds.table import Property

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_HIDDEN: Final = "Azure keeps it in a named value of its own and shows a reference to that"
_KEPT: Final = "{{Logger-Credentials--"  # recorded: `{{Logger-Credentials--6a21f8b412d99120584f3ca9}}`


def _is_in_clear(name: str) -> Callable[[Mapping[str, Any]], bool]:
    """Of a credential: whether it is one, or was when it was sent, and not the name of a named value of the user's."""

    def when(siblings: Mapping[str, Any]) -> bool:
        value = siblings.get(name)
        return value is not None and (not is_reference(value) or str(value).startswith(_KEPT))

    return when


def _secret(name: str) -> Property:
    when = _is_in_clear(name)
    return Property(name, "string", write_only=WriteOnly(_HIDDEN, when), secret=Secret(when), interpolated=True)


# ARM's table has a map of texts; these are the ones that its description names.
_CREDENTIALS: Final = Property(
    "credentials",
    "object",
    inside=MappingProxyType(
        {
            "name": Property("name", "string"),  # of an event hub; read back as it was sent [tfp]
            "connectionString": _secret("connectionString"),
            "instrumentationKey": _secret("instrumentationKey"),
            # With a managed identity there is no secret; whether these two come back isn't known [?].
            "endpointAddress": Property("endpointAddress", "string", write_only=WriteOnly(_HIDDEN)),
            "identityClientId": Property("identityClientId", "string", write_only=WriteOnly(_HIDDEN)),
        }
    ),
)


def _check(properties: Properties) -> Iterator[Finding]:
    credentials = properties.get("credentials") or {}
    of = ("credentials", "loggerType")
    if properties.get("loggerType") == "azureEventHub" and not credentials.get("name"):
        why = "an event hub is named there"
        yield Finding((), "credentials.name is missing", why, "add credentials: {name: ...}", of)
    if properties.get("loggerType") == "azureMonitor" and credentials:
        why = "Azure Monitor needs none"
        yield Finding(("credentials",), "credentials has no effect", why, "remove it", of)


LOGGER = Kind(
    type="loggers",
    title="logger",
    about="A logger: where diagnostics and policies send what they log.",
    authority="https://learn.microsoft.com/rest/api/apimanagement/logger/create-or-update",
    key="loggers",
    where=EVERYWHERE,
    names=Names(r"^[^*#&+:<>?/%\\]+$"),
    own=(_CREDENTIALS,),
    facts=MappingProxyType(
        {
            "loggerType": (Required(), Fixed("a logger's type is fixed when it is created")),
            "isBuffered": Default(True),  # recorded
            "resourceId": Folded(),  # ids come back in another case
        }
    ),
    returned=frozenset({"maxMessageSizeInBytes"}),
    # Every instance has one of this name in templates exported by tools; not in recordings [?].
    factory=frozenset({"azuremonitor"}),
    check=_check,
)
