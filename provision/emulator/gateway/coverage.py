"""Which elements of policies are executed, from the table that the gateway goes by.

`python -m provision.emulator.gateway.coverage` writes POLICIES.md anew.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from provision.emulator.gateway.documents import BASE, FRAGMENT
from provision.emulator.gateway.nodes import EVERYWHERE
from provision.emulator.gateway.policies import POLICIES

if TYPE_CHECKING:
    from collections.abc import Iterable

# The elements of Microsoft's policy reference that are not executed.
OTHERS = (
    "azure-openai-emit-token-metric",
    "azure-openai-semantic-cache-lookup",
    "azure-openai-semantic-cache-store",
    "azure-openai-token-limit",
    "cosmosdb-data-source",
    "cross-domain",
    "get-authorization-context",
    "http-data-source",
    "invoke-dapr-binding",
    "llm-content-safety",
    "llm-emit-token-metric",
    "llm-semantic-cache-lookup",
    "llm-semantic-cache-store",
    "llm-token-limit",
    "proxy",
    "publish-event",
    "publish-to-dapr",
    "send-service-bus-message",
    "set-graphql-resolver",
    "sql-data-source",
    "validate-client-certificate",
    "validate-graphql-request",
    "validate-odata-request",
    "xsl-transform",
)
# What is refused of elements that are executed.
LIMITS = (
    ("authentication-certificate", "not with a `password` of its own"),
    ("send-request", "no `proxy` in it"),
    ("set-backend-service", "by `base-url` and `backend-id`, not a Service Fabric's"),
    ("set-body", "no Liquid"),
    ("validate-azure-ad-token", "of the emulator's own issuer; no `decryption-keys`, no `authentication-endpoint`"),
    ("validate-content", "bodies of XML are held to their form alone"),
    ("validate-jwt", "no `decryption-keys`"),
)


def markdown() -> str:
    """Return the page."""
    rows = [(name, _sections(policy.sections), _names(policy.attributes)) for name, policy in POLICIES.items()]
    rows += [(name, "every section", attributes) for name, attributes in ((BASE, ""), (FRAGMENT, "`fragment-id`"))]
    limits = dict(LIMITS)
    lines = [
        f"| `{name}` | {where} | {attributes} | {limits.get(name, '')} |" for name, where, attributes in sorted(rows)
    ]
    others = [f"- `{name}`" for name in OTHERS]
    return "\n".join([*_head(len(rows)), *lines, "", *_tail(), *others, ""])


def _sections(sections: tuple[str, ...]) -> str:
    return "every section" if sections == EVERYWHERE else ", ".join(sections)


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def _head(count: int) -> list[str]:
    return [
        "# The elements of policies",
        "",
        f"{count} elements are executed, with an `id` too. An attribute that isn't listed is refused as an unknown",
        "element is. Made by `python -m provision.emulator.gateway.coverage` from the table that the gateway goes by.",
        "",
        "| element | sections | attributes | |",
        "|---|---|---|---|",
    ]


def _tail() -> list[str]:
    return [
        "Not executed, like anything that no list names: a call that comes to one is answered 500, and with",
        "`--strict-policies` a document that has one is refused.",
        "",
    ]


if __name__ == "__main__":
    Path(__file__).parents[1].joinpath("POLICIES.md").write_text(markdown(), encoding="utf-8")
