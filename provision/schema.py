"""The spec's model, put together from the kinds, and its JSON Schema for editors."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import Field, create_model

from provision.kinds import KINDS, Kind, Shape, children_of, kind_of
from provision.kinds.model import VARIABLE, Flag, Model, named

LIFECYCLE = "lifecycle"
FREE = "x-"  # keys of the document that begin so are the user's own, for anchors above all
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|_")


class Lifecycle(Model):
    """What must not happen to one resource."""

    prevent_destroy: Annotated[Flag, Field(alias="prevent_destroy")] = False
    ignore_changes: Annotated[tuple[str, ...], Field(alias="ignore_changes", strict=False)] = ()


def _field(child: Kind) -> tuple[Any, None]:
    kind: Any
    name: Any
    if child.shape is Shape.MAP:
        name = child.name
        kind = dict[name, node_model(child)]  # type: ignore[misc]
    elif child.shape is Shape.LINKS:
        # A name, /groups/name or a full id.
        name = named(rf"^(?:(?:/subscriptions/.+)?/{child.leads_to}/)?[^*#&+:<>?/%\\]+$", 1000)
        kind = list[name]
    else:
        kind = Annotated[str, Field(description="a file, seen from this one, or the XML itself")]
    return kind | None, None


@cache
def node_model(kind: Kind) -> type[Model]:
    """What stands in the spec for one resource of a kind: its properties, its children and its lifecycle."""
    inside = (child for child in children_of(kind) if not in_document(child))
    fields: dict[str, Any] = {child.key: _field(child) for child in inside}
    fields[LIFECYCLE] = (Lifecycle | None, None)
    title = f"{kind.title.title().replace(' ', '')}Node"
    return create_model(title, __base__=kind.model or Model, __doc__=_about(kind), **fields)


def in_document(kind: Kind) -> bool:
    """Whether a kind is a key of the document itself: the collections that lie directly in the instance are."""
    return kind.shape is Shape.ROOT or (kind.parent == "service" and kind.shape is not Shape.SINGLE)


def _about(kind: Kind) -> str:
    return f"{(kind.model or Model).__doc__} {kind.authority}"


@cache
def spec_model() -> type[Model]:
    """The whole document."""
    collections = [kind for kind in KINDS if in_document(kind) and kind.shape is Shape.MAP]
    keys = tuple(kind.key for kind in collections)
    lists: dict[str, Any] = {kind.key: (list.__class_getitem__(kind.name) | None, None) for kind in collections}
    absent = create_model("Absent", __base__=Model, **lists)
    exclusive = list[Annotated[Literal[keys], VARIABLE]]  # type: ignore[valid-type]
    return create_model(  # type: ignore[no-any-return,call-overload]
        "Spec",
        __base__=Model,
        __doc__="An Azure API Management instance and what is in it.",
        spec=(Literal[1], Field(description="the version of this language")),
        resourceGroup=(node_model(kind_of("resourceGroup")), Field(alias="resourceGroup")),
        service=(node_model(kind_of("service")), ...),
        **{kind.key: _field(kind) for kind in collections},
        absent=(absent | None, Field(None, description="what must not exist, by name")),
        exclusive=(exclusive | None, Field(None, description="collections in which only what is declared may exist")),
    )


def json_schema() -> str:
    """The JSON Schema of a spec, as text that ends with a newline."""
    schema = _readable(spec_model().model_json_schema(by_alias=True))
    schema["patternProperties"] = {f"^{FREE}": {"description": "anything, to be referred to by YAML aliases"}}
    return json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}, indent=2) + "\n"


def _readable(node: Any) -> Any:
    """Titles in words, as editors show them, and no `null` as a default: it means that nothing is written."""
    if isinstance(node, list):
        return [_readable(item) for item in node]
    if not isinstance(node, dict):
        return node
    result = {key: _readable(item) for key, item in node.items() if (key, item) != ("default", None)}
    for name, item in (result.get("properties") or {}).items():
        if isinstance(item, dict):
            item["title"] = _WORD.sub(" ", name).capitalize()
    return result
