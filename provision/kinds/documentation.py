"""Documentation pages, of which wikis are made."""

from __future__ import annotations

from provision.kinds.kind import Kind

DOCUMENTATION = Kind(
    type="documentations",
    title="documentation",
    about="A page of documentation in Markdown, which wikis of APIs and products show.",
    authority="https://learn.microsoft.com/rest/api/apimanagement/documentation/create-or-update",
    key="documentations",
)
