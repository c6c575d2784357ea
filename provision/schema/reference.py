"""The reference of the spec language in Markdown: each kind with its properties, from the same facts as everything."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from provision.kinds import KINDS, Kind, Shape, Where, children_of
from provision.kinds.table import ABSENT, paths, properties_of
from provision.schema.grammar import in_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provision.kinds.table import Property

_COLUMNS: Final = ("property", "type", "default", "")


def markdown() -> str:
    """The whole reference, as text that ends with a newline."""
    contents = [f"- [{kind.type}](#{_anchor(kind)})" for kind in KINDS]
    parts = ["# The spec, kind by kind", "\n".join(contents), *("\n\n".join(_section(kind)) for kind in KINDS)]
    return "\n\n".join(parts) + "\n"


def _anchor(kind: Kind) -> str:
    return kind.type.lower().replace("/", "")


def _section(kind: Kind) -> Iterator[str]:
    yield f"## {kind.type}"
    yield f"{kind.about} [Microsoft's reference]({kind.authority})"
    yield f"{_place(kind)}{' Also in workspaces.' if Where.WORKSPACE in kind.where else ''}"
    if kind.factory or kind.made_by_azure:
        names = ", ".join(f"`{name}`" for name in sorted(kind.factory))
        yield f"Azure makes some by itself{f' ({names})' if names else ''}: they are no drift unless declared."
    written = [(path, prop) for path, prop in paths(properties_of(kind)) if prop.written and not kind.is_link]
    if written:
        yield _table([_row(path, prop) for path, prop in written if not _inside_left_out(path, kind)])
    left_out = [(path, prop.left_out) for path, prop in paths(properties_of(kind)) if prop.left_out]
    if left_out:
        yield "No keys of a spec: " + "; ".join(f"`{path}` ({why})" for path, why in left_out) + "."
    inside = [child for child in children_of(kind) if not in_document(child)]
    if inside:
        yield "In it: " + ", ".join(f"[{child.key}](#{_anchor(child)})" for child in inside) + "."
    yield f"```yaml\n{_example(kind)}\n```"


def _place(kind: Kind) -> str:
    where = "of the document" if in_document(kind) else f"of each of `{kind.parent}`"
    what = {
        Shape.ROOT: "a map of properties",
        Shape.MAP: "a map from names to properties",
        Shape.LINKS: "a list of names",
        Shape.POLICY: "a file, or the XML itself",
        Shape.ONE: "a map of properties",
    }[kind.shape]
    return f"The key `{kind.key}` {where}: {what}."


def _inside_left_out(path: str, kind: Kind) -> bool:
    """Whether something around a property is no key of a spec."""
    around = {at for at, prop in paths(properties_of(kind)) if not prop.written}
    steps = path.replace("[]", "").split(".")
    plain = {at.replace("[]", "") for at in around}
    return any(".".join(steps[:end]) in plain for end in range(1, len(steps)))


def _row(path: str, prop: Property) -> tuple[str, str, str, str]:
    return f"`{path}`", _type(prop), _default(prop), "; ".join(_notes(prop))


def _type(prop: Property) -> str:
    one = ", ".join(f"`{word}`" for word in prop.words) or ("anything" if prop.type == "any" else prop.type)
    return f"{prop.many} of {one}" if prop.many else one


def _default(prop: Property) -> str:
    if prop.default is ABSENT:
        return ""
    return "by its siblings" if callable(prop.default) else f"`{json.dumps(prop.default, default=list)}`"


def _notes(prop: Property) -> Iterator[str]:
    yield from ("**required**",) if prop.required else ()
    yield from (f"a reference: {' or '.join(prop.ref.collections)}",) if prop.ref else ()
    yield from ("a policy document, or its file",) if prop.document else ()
    yield from (f"items are told apart by `{prop.keyed}`",) if prop.keyed else ()
    yield from ("in any order",) if prop.any_order else ()
    yield from (f"fixed: {prop.fixed}",) if prop.fixed else ()
    yield from ("secret",) if prop.secret else ()
    yield from (f"write-only: {prop.write_only.reason}",) if prop.write_only else ()


def _table(rows: list[tuple[str, str, str, str]]) -> str:
    lines = (" | ".join(cell.replace("|", "\\|") for cell in row) for row in rows)
    return "\n".join((f"| {' | '.join(_COLUMNS)} |", "|---|---|---|---|", *(f"| {line} |" for line in lines)))


def _example(kind: Kind) -> str:
    if kind.is_link:
        return f"{kind.key}: [a-name]"
    if kind.shape is Shape.POLICY:
        return f"{kind.key}: policies/one.xml"
    body = {name: _sample(prop) for name, prop in properties_of(kind).items() if prop.required and prop.written}
    text = json.dumps(body).replace('"', "") if kind.shape is not Shape.MAP else ""
    return f"{kind.key}: {text}" if text else f"{kind.key}:\n  a-name: {json.dumps(body)}"


def _sample(prop: Property) -> Any:
    """A value that a required property may have."""
    one: Any = prop.words[0] if prop.words else {"integer": 1, "number": 1.0, "boolean": True}.get(prop.type, "text")
    if prop.type == "object":
        one = {name: _sample(inner) for name, inner in prop.inside.items() if inner.required and inner.written}
    return [one] if prop.many == "list" else {"key": one} if prop.many == "map" else one
