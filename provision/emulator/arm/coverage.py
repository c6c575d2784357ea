"""Which operations of the specification are served, from the route table and the specification's own list.

`python -m provision.emulator.arm.coverage` writes ROUTES.md anew.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from provision.emulator.arm import routes
from provision.emulator.rules.surface import surface

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SERVED, PARTLY, REFUSED = "served", "partly", "refused"
ROOTS: Mapping[str, str] = MappingProxyType(
    {
        "SUBSCRIPTION": routes.PROVIDER,
        "GROUP": f"{routes.GROUP}/providers/Microsoft.ApiManagement",
        "INSTANCE": routes.INSTANCE,
    }
)
# What is served with something left out: where the path starts so, or method and path are these.
LIMITS: tuple[tuple[str, str], ...] = (
    ("GROUP/gateways", "stored as it comes"),
    ("POST INSTANCE/backup", "takes its time, and writes nothing"),
    ("PUT INSTANCE/apis/{apiId}", "imports inline OpenAPI and Swagger only"),
    ("POST INSTANCE/backends/{backendId}/reconnect", "accepted, without effect"),
    ("POST INSTANCE/certificates/{certificateId}/refreshSecret", "nothing is fetched from a key vault"),
    ("POST INSTANCE/namedValues/{namedValueId}/refreshSecret", "nothing is fetched from a key vault"),
    ("POST INSTANCE/users/{userId}/confirmations/password/send", "accepted; the log says who would have been mailed"),
    ("POST INSTANCE/users/{userId}/generateSsoUrl", "the portal knows no sign-in"),
    ("POST INSTANCE/users/{userId}/token", "nobody checks the token"),
    ("POST INSTANCE/getssotoken", "the portal knows no sign-in"),
    ("POST INSTANCE/gateways/{gatewayId}/generateToken", "nobody checks the token"),
    ("POST INSTANCE/gateways/{gatewayId}/listDebugCredentials", "nobody checks the token"),
    ("GET INSTANCE/settings", "always empty"),
    ("GET INSTANCE/workspaceLinks", "always empty"),
    ("GET INSTANCE/skus", "the instance's own tier only"),
    ("GET INSTANCE/allPolicies", "the form of the ids is inferred"),
)


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path of the specification, and what a client can expect of it."""

    method: str
    path: str
    state: str
    note: str = ""


def operations() -> list[Operation]:
    """Return every operation of the specification in the order of surface.txt."""
    return [_operation(method, path) for path, methods in surface().items() for method in methods]


def _operation(method: str, path: str) -> Operation:
    root, slash, rest = path.partition("/")
    full = f"{ROOTS[root]}{slash}{rest}" if root else path
    found = routes.find(tuple(part for part in full.split("/") if part))
    if found is None or method not in found.handlers:
        return Operation(method, path, REFUSED)
    note = next((text for start, text in LIMITS if start == f"{method} {path}" or _below(path, start)), "")
    return Operation(method, path, PARTLY if note else SERVED, note)


def _below(path: str, start: str) -> bool:
    return path == start or path.startswith(f"{start}/")


def markdown(found: Iterable[Operation]) -> str:
    """Return the table with a line per path and state."""
    rows: dict[tuple[str, str, str], list[str]] = {}
    counted: Counter[str] = Counter()
    for one in found:
        rows.setdefault((one.path, one.state, one.note), []).append(one.method)
        counted[one.state] += 1
    lines = [f"| `{path}` | {' '.join(methods)} | {state} | {note} |" for (path, state, note), methods in rows.items()]
    return "\n".join([*_head(counted), *lines, ""])


def _head(counted: Counter[str]) -> list[str]:
    total = sum(counted.values())
    numbers = ", ".join(f"{counted[state]} {state}" for state in (SERVED, PARTLY, REFUSED))
    return [
        "# The operations of api-version 2024-05-01",
        "",
        f"Of {total} operations: {numbers}. What is refused answers 501. Paths are below the",
        "instance, its resource group or its subscription. Made by `python -m provision.emulator.arm.coverage`.",
        "",
        "| path | methods | state | |",
        "|---|---|---|---|",
    ]


if __name__ == "__main__":
    Path(__file__).parents[1].joinpath("ROUTES.md").write_text(markdown(operations()), encoding="utf-8")
