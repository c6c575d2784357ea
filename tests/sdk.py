"""The requests of the installed management SDK: what writes each resource type, and which methods serve it.

`python -m tests.sdk` prints them.
"""

from __future__ import annotations

import inspect
import itertools
import re
import typing
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import azure.mgmt.apimanagement
from azure.mgmt.apimanagement import operations

INSTANCES = "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.ApiManagement/service"
BUILDER = re.compile(
    r'^def build_(\w+)\(.*?"template_url",\s*((?:"[^"]*"\s*)+),?.*?method="(\w+)"', re.DOTALL | re.MULTILINE
)


class Method(NamedTuple):
    """One method of an operation group, with the request that it makes."""

    http: str
    path: str  # of the URL, every parameter `{}`
    group: str  # attribute of the client
    name: str
    parameters: tuple[str, ...]  # that must be passed, in their order
    options: tuple[str, ...]  # that may be passed
    body: type | None  # the model of what is sent


@lru_cache(maxsize=1)
def methods() -> tuple[Method, ...]:
    """Every request of the SDK that concerns an instance or what is in it."""
    client = inspect.getsource(azure.mgmt.apimanagement.ApiManagementClient)
    attributes = re.findall(r"self\.(\w+) = (\w+Operations)\(", client)
    found = [method for attribute, name in attributes for method in _methods(getattr(operations, name), attribute)]
    return tuple(sorted((one for one in found if one.path.startswith(INSTANCES)), key=lambda one: one[:4]))


def _methods(group: type, attribute: str) -> list[Method]:
    source = Path(inspect.getfile(group)).read_text("utf-8")
    requests = {name: (verb, "".join(re.findall(r'"([^"]*)"', url))) for name, url, verb in BUILDER.findall(source)}
    found = []
    for own, method in inspect.getmembers(group, inspect.isfunction):
        built = re.search(r"_request = build_(\w+)\(", inspect.getsource(method))
        if not built:
            continue
        name = own if not own.startswith("_") else f"begin_{own[1:].removesuffix('_initial')}"
        public = inspect.unwrap(getattr(group, name))
        verb, url = requests[built[1]]
        parameters = [
            one for one in inspect.signature(public).parameters.values() if one.kind is one.POSITIONAL_OR_KEYWORD
        ][1:]
        needed = tuple(one.name for one in parameters if one.default is one.empty)
        options = tuple(one.name for one in parameters if one.default is not one.empty)
        found.append(Method(verb, re.sub(r"\{\w+\}", "{}", url), attribute, name, needed, options, _body(public)))
    return found


def _body(method: Any) -> type | None:
    for name, hint in typing.get_type_hints(method).items():
        members = typing.get_args(hint)
        if name != "return" and typing.IO[bytes] in members:
            return typing.cast("type", members[0])
    return None


def types() -> dict[str, Method]:
    """The request that writes each type: PUT, or PATCH where there is none."""
    writes: dict[str, Method] = {}
    for method in methods():
        if method.http in {"PUT", "PATCH"} and (method.path not in writes or method.http == "PUT"):
            writes[method.path] = method
    return {_type(path, set(writes)): method for path, method in writes.items()}


def _type(path: str, paths: set[str]) -> str:
    """`apis/wikis` for its only name `default`, but `portalsettings/signin`: its siblings have other properties."""
    below = path.removeprefix(f"{INSTANCES}/{{}}")
    collection, _, last = path.rpartition("/")
    siblings = [one for one in paths if one.rpartition("/")[0] == collection]
    kept = below if last == "{}" or len(siblings) > 1 else below.rpartition("/")[0]
    return kept.replace("/{}", "").strip("/") or "service"


def groups() -> dict[str, dict[str, Method]]:
    """The methods that serve each type: by `get`, `head`, `list`, `put`, `update`, `delete`, or the action POSTed."""
    verbs = {"GET": "get", "HEAD": "head", "PUT": "put", "PATCH": "update", "DELETE": "delete"}
    served: dict[str, dict[str, Method]] = {kind: {} for kind in types()}
    for (kind, write), method in itertools.product(types().items(), methods()):
        parent, _, action = method.path.rpartition("/")
        if method.path == write.path and method.http in verbs:
            role = verbs[method.http]
        elif method.path == write.path.rpartition("/")[0] and method.http == "GET":
            role = "list"
        elif parent == write.path and method.http == "POST":
            role = action
        else:
            continue
        # Two groups get an API: `api`, and `api_export`, which wants a format.
        if role not in served[kind] or method.group == write.group:
            served[kind][role] = method
    return served


def main() -> None:
    """Print who serves each type."""
    for kind, served in sorted(groups().items()):
        for role, method in sorted(served.items()):
            needed, options = ", ".join(method.parameters), ", ".join(method.options)
            print(f"{kind:50} {role:10} {method.group}.{method.name}({needed}) {options}")  # noqa: T201


if __name__ == "__main__":
    main()
