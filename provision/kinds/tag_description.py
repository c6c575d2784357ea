"""What an API says of the tags on it and on its operations."""

from __future__ import annotations

from types import MappingProxyType

from provision.kinds.kind import Kind, Names

TAG_DESCRIPTION = Kind(
    type="apis/tagDescriptions",
    title="tag description",
    about="What an API says of a tag; its key is the tag's.",
    authority="https://learn.microsoft.com/rest/api/apimanagement/api-tag-description/create-or-update",
    key="tagDescriptions",
    names=Names(r"^[^*#&+:<>?/%\\]+$", 80),
    facts=MappingProxyType({}),
    returned=frozenset({"tagId", "displayName"}),
    leads_to="tags",
    follows="tags",  # it is "for API/Tag association" [?: that the tag has to be on the API]
)
