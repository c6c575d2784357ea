"""Version sets: what makes several APIs the versions of one."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from provision.kinds.kind import EVERYWHERE, Finding, Kind, Names, Properties

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAMED_BY: Final = (("versionHeaderName", "Header"), ("versionQueryName", "Query"))


def _check(properties: Properties) -> Iterator[Finding]:
    """A header or a query parameter has a name where the version stands in it, and only there."""
    scheme = properties.get("versioningScheme")
    for name, means in _NAMED_BY:
        if scheme == means and not properties.get(name):
            why = f"with versioningScheme {means} callers say the version there"
            what = f"versioningScheme {means} needs {name}"
            yield Finding(("versioningScheme",), what, why, f"add {name}: ...", (name,))
        elif scheme and scheme != means and properties.get(name):
            why = f"with versioningScheme {scheme} it means nothing"
            yield Finding((name,), f"{name} needs versioningScheme {means}", why, "remove it", ("versioningScheme",))


VERSION_SET = Kind(
    type="apiVersionSets",
    title="version set",
    about="A version set: it makes APIs the versions of one, and says where callers name the version.",
    authority="https://learn.microsoft.com/rest/api/apimanagement/api-version-set/create-or-update",
    key="apiVersionSets",
    where=EVERYWHERE,
    names=Names(r"^[^*#&+:<>?/%\\]+$", 80),
    facts=MappingProxyType({}),
    ends_with_last="apis",  # recorded: a DELETE of it after that of its last API is answered 204
    check=_check,
)
