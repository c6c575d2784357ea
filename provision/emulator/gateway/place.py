"""Where an element stands in the policies of a call."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Place:
    """A section of a document; `document` is its resource's path, `path` leads to the element, as `choose[1]/when[2]`.

    `scope` is global, workspace, product, api or operation.
    """

    scope: str
    section: str
    document: str = ""
    path: str = ""
    element: str = ""
    policy_id: str = ""

    def at(self, element: str, number: int, policy_id: str = "") -> Place:
        """Return the place of the `number`-th element of its name inside this one."""
        path = f"{self.path}/{element}[{number}]".lstrip("/")
        return replace(self, path=path, element=element, policy_id=policy_id)

    def __str__(self) -> str:
        return f"{self.path or self.element} ({self.section}, {self.scope})"
