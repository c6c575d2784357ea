"""Revisions of an API: a child of it in a spec, and beside it in ARM, as `apis/shop;rev=2`.

In a spec a revision is the API with what the revision says laid over it. The current one is the API itself.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from provision.kinds.api import API
from provision.kinds.facts import LeftOut, Optional
from provision.kinds.kind import EVERYWHERE, Finding, Kind, Names, Properties

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SHARED: Final = LeftOut("all revisions of an API share it: write it at the API", told=False)
_OF_ALL: Final = ("path", "displayName", "type", "apiVersion", "apiVersionDescription", "apiVersionSetId")


def _laid_over(api: Mapping[str, Any], revision: Mapping[str, Any]) -> Properties:
    """Maps deeply; the rest is replaced."""
    result = dict(api)
    for name, value in revision.items():
        below = result.get(name)
        both = isinstance(below, dict) and isinstance(value, dict)
        result[name] = _laid_over(below or {}, value) if both else value
    return result


def _completed(api: Properties, revision: Properties) -> Properties:
    """All properties of a revision. What it says of itself is its description unless that is said apart."""
    said = revision.get("apiRevisionDescription", revision.get("description"))
    return {**_laid_over(api, revision), "apiRevisionDescription": said}


def _check(properties: Properties) -> Iterator[Finding]:
    yield from API.check(properties)


REVISION = Kind(
    type="apis/revisions",
    title="revision",
    about="A revision: the API with what is written here laid over it; its key is its number.",
    authority="https://learn.microsoft.com/azure/api-management/api-management-revisions",
    key="revisions",
    table="apis",
    where=EVERYWHERE,
    names=Names(r"^[^*#&+:<>?/%\\;=]+$", 100),
    beside=API.revision,
    completed=_completed,
    facts=MappingProxyType({**API.facts, **dict.fromkeys(_OF_ALL, (_SHARED, Optional()))}),
    returned=API.returned,
    check=_check,
)
