"""What can go wrong.

EmulatorError     the emulator itself cannot start or read its state
ArmError          an answer that Azure Resource Manager gives to a client: status, code, message, details
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

# Errors that are no 404, and have `"details": null` all the same [Azure/apiops#686, devops-resource-kit#776].
NULL_DETAILS = frozenset({"MethodNotAllowedInPricingTier", "MethodNotAllowed"})


class EmulatorError(Exception):
    """The emulator cannot start, or its state file cannot be used."""


@dataclass(slots=True)
class ArmError(Exception):
    """An error answer in ARM's envelope."""

    status: int
    code: str
    message: str
    details: list[dict[str, Any]] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    nulls: tuple[str, ...] = ("details",)

    def envelope(self) -> dict[str, Any]:
        """Return the JSON body."""
        error: dict[str, Any] = {"code": self.code, "message": self.message, **dict.fromkeys(self.nulls)}
        if self.details is not None:
            error["details"] = self.details
        elif self.status != 404 and self.code not in NULL_DETAILS and "details" in error:  # noqa: PLR2004
            del error["details"]
        return {"error": error}


def invalid(problems: list[tuple[str, str]]) -> ArmError:
    """Return the provider's 400 for (property, what is wrong) pairs.

    The first pair stands in the message too: it is all that some clients print.
    """
    details = [{"code": "ValidationError", "target": target, "message": message} for target, message in problems]
    target, message = problems[0]
    return ArmError(400, "ValidationError", f"The request is not valid: {target}: {message}", details)


def group_not_found(name: str) -> ArmError:
    """Return ARM's 404 for a resource group."""
    return ArmError(404, "ResourceGroupNotFound", f"There is no resource group '{name}'.", nulls=())


def resource_not_found(resource_type: str, name: str, group: str) -> ArmError:
    """Return ARM's 404 for a top-level resource."""
    message = f"The Resource '{resource_type}/{name}' under resource group '{group}' was not found."  # recorded
    return ArmError(404, "ResourceNotFound", message, nulls=())


def not_found(noun: str) -> ArmError:
    """Return the provider's own 404 for something inside an instance."""
    return ArmError(404, "ResourceNotFound", f"{noun} not found.")
