"""Diagnostics: what of an instance's or an API's traffic goes to a logger."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from provision.kinds.facts import AnyOrder, Default, Ref, Required, Unsure
from provision.kinds.kind import EVERYWHERE, Kind, Names

# Recorded where a side isn't sent: the values of the query string are kept out of the log.
_MASKED: Final = MappingProxyType({"request": {"dataMasking": {"queryParams": [{"value": "*", "mode": "Hide"}]}}})


def _diagnostic(parent: str, page: str) -> Kind:
    return Kind(
        type=f"{parent}/diagnostics".lstrip("/"),
        title=f"diagnostic of {parent}" if parent else "diagnostic",
        about="What of the traffic goes to a logger; its name is `applicationinsights`, `azuremonitor` or `local`.",
        authority=f"https://learn.microsoft.com/rest/api/apimanagement/{page}/create-or-update",
        key="diagnostics",
        where=EVERYWHERE,
        per_revision=bool(parent),
        names=Names(r"^[^*#&+:<>?/%\\]+$", 80),
        facts=MappingProxyType(
            {
                "loggerId": (Ref(("loggers",)), Required()),
                "logClientIp": Default(True),  # recorded
                "httpCorrelationProtocol": Default("Legacy"),  # recorded
                "operationNameFormat": Default("Name"),  # by its description
                "metrics": Default(False),
                "frontend": Default(_MASKED),
                "backend": Default(_MASKED),
                "frontend.request.headers": AnyOrder(),
                "frontend.response.headers": AnyOrder(),
                "backend.request.headers": AnyOrder(),
                "backend.response.headers": AnyOrder(),
                # Every recorded PUT gives them.
                "verbosity": Unsure(),
                "sampling": Unsure(),
            }
        ),
        returned=frozenset({"a2a", "largeLanguageModel", "mcp", "tags"}),
        # Every instance has one of this name in templates exported by tools; not in recordings [?].
        factory=frozenset() if parent else frozenset({"azuremonitor"}),
    )


DIAGNOSTIC = _diagnostic("", "diagnostic")
API_DIAGNOSTIC = _diagnostic("apis", "api-diagnostic")
