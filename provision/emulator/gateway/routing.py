"""From a URL to an API, its revision and its operation.

Sources: [doc] Microsoft's documentation of versions, revisions and operations, [?] inferred.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote

from provision.emulator.gateway import templates

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provision.emulator.gateway.expressions.context import Headers
    from provision.emulator.gateway.reading import Reading
    from provision.emulator.world.store import Row

REVISION, ANY = ";rev=", "*"


@dataclass(frozen=True, slots=True)
class Version:
    """How callers name the version of an API: `scheme` is segment, header or query, `name` that of the last two."""

    scheme: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Api:
    """An API as it is matched; `prefix` are the segments of its path in lower case, with a version among them."""

    row: Row
    prefix: tuple[str, ...]
    version: Version | None

    @property
    def revision(self) -> str:
        """Its revision."""
        return str(self.row.props.get("apiRevision") or "1")


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation and its template."""

    row: Row
    method: str
    template: templates.Template


@dataclass(frozen=True, slots=True)
class Found:
    """What a URL leads to; `rest` is the path behind that of the API, as it was sent."""

    api: Api
    rest: str
    operation: Operation | None = None
    parameters: tuple[tuple[str, str], ...] = ()


def apis(reading: Reading, service: Row) -> list[Api]:
    """Return the APIs of an instance and its workspaces, the longest paths first."""
    return reading.once(("apis", service.path), lambda: _apis(reading, service))


def _apis(reading: Reading, service: Row) -> list[Api]:
    rows = reading.of_type("apis", f"{service.path}/") + reading.of_type("workspaces/apis", f"{service.path}/")
    return sorted((_api(reading, row) for row in rows), key=lambda api: -len(api.prefix))


def _api(reading: Reading, row: Row) -> Api:
    prefix = tuple(part for part in str(row.props.get("path") or "").lower().split("/") if part)
    reference, value = str(row.props.get("apiVersionSetId") or "").lower(), str(row.props.get("apiVersion") or "")
    found = reading.row(reference) if reference else None
    if found is None:
        return Api(row, prefix, None)
    scheme = str(found.props.get("versioningScheme") or "Segment").lower()
    if scheme == "segment":
        return Api(row, (*prefix, value.lower()) if value else prefix, None)
    key = "versionHeaderName" if scheme == "header" else "versionQueryName"
    return Api(row, prefix, Version(scheme, str(found.props.get(key) or "").lower(), value))


def find_api(reading: Reading, service: Row, path: str, query: dict[str, str], headers: Headers) -> Found | None:
    """Return the API that a raw path (without that of the instance) leads to: the one with the longest path."""
    head, mark, tail = path.partition(REVISION)
    revision, slash, rest = tail.partition("/")
    plain = head + slash + rest if mark else path
    raw = [part for part in plain.split("/") if part]
    segments = [part.lower() for part in raw]
    for api in apis(reading, service):
        if tuple(segments[: len(api.prefix)]) != api.prefix or not _wanted(api, revision if mark else ""):
            continue
        if api.version is None or _speaks(api.version, query, headers):
            return Found(api, _behind(plain, len(api.prefix)))
    return None


def _wanted(api: Api, revision: str) -> bool:
    if revision:
        return api.revision.lower() == revision.lower()
    return bool(api.row.props.get("isCurrent", True)) and REVISION not in api.row.path


def _speaks(version: Version, query: dict[str, str], headers: Headers) -> bool:
    sent = query.get(version.name) if version.scheme == "query" else headers.get(version.name)
    return (sent or "").lower() == version.value.lower()


def _behind(path: str, count: int) -> str:
    """Return what is left of a path behind its first `count` segments, with a leading slash."""
    at = 0
    for _ in range(count):
        while path[at : at + 1] == "/":
            at += 1
        end = path.find("/", at)
        at = len(path) if end < 0 else end
    return "/" + path[at:].lstrip("/")


def _operations(reading: Reading, api: Api) -> dict[tuple[str, str], list[Operation]]:
    """Return the operations by method and literal first segment, the most specific first; both may be `*`, any."""
    found: dict[tuple[str, str], list[Operation]] = {}
    for row in reading.rows(f"{api.row.path}/operations"):
        method, template = str(row.props.get("method") or "").upper(), str(row.props.get("urlTemplate") or "")
        made = Operation(row, method, templates.parse(template))
        found.setdefault((method, templates.first_segment(template) or ANY), []).append(made)
    for operations in found.values():
        operations.sort(key=_rank)
    return found


def _rank(operation: Operation) -> tuple[object, ...]:
    return operation.template.rank


def matching(reading: Reading, found: Found, method: str, query: dict[str, str]) -> Iterator[Found]:
    """Return the operations that answer a method at what is left of a path, the most specific first."""
    path, api = decoded(found.rest), found.api
    known = reading.once(("operations", api.row.path), lambda: _operations(reading, api))
    first = path.lstrip("/").partition("/")[0].lower()
    groups = [known.get((verb, segment), []) for verb in (method, ANY) for segment in (first, ANY)]
    for operation in heapq.merge(*groups, key=_rank):
        values = operation.template.match(path, query)
        if values is not None:
            yield Found(found.api, found.rest, operation, tuple(values.items()))


def decoded(path: str) -> str:
    """Return a path without percent-escapes but those of a slash and of the percent sign itself."""
    if "%" not in path:
        return path
    return unquote(path.replace("%25", "%2525").replace("%2F", "%252F").replace("%2f", "%252F"))


def query_of(text: str) -> dict[str, str]:
    """Return the first value of each parameter of a query, names in lower case."""
    found: dict[str, str] = {}
    for key, value in parse_qsl(text, keep_blank_values=True):
        found.setdefault(key.lower(), value)
    return found
