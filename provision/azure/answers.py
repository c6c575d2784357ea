"""What answers of Azure hold, and what a 404 says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from provision.address import GROUP, SERVICE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from azure.core.pipeline import PipelineResponse

    from provision.address import Address
    from provision.errors import AzureError

ABSENT: Final = frozenset({"ResourceNotFound", "ResourceGroupNotFound", "EntityNotFound", "NotFound"})


def raw(response: PipelineResponse[Any, Any], _: Any, headers: Mapping[str, str]) -> tuple[dict[str, Any], str]:
    """Wire JSON: the SDK's models drop properties that they don't know."""
    body = response.http_response.json()
    if not isinstance(body, dict):
        raise TypeError("a resource is a JSON object")
    return body, headers.get("ETag") or response.http_response.headers.get("ETag") or ""


def last(response: PipelineResponse[Any, Any], _: Any, __: Mapping[str, str]) -> dict[str, Any]:
    """The last answer of a long operation; deletions have none."""
    try:
        found = response.http_response.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def means_absent(address: Address, error: AzureError) -> bool:
    """Whether a 404 is about this very resource: not about a subscription, nor, below the instance, about that."""
    if error.code not in ABSENT:
        return False
    if address in (GROUP, SERVICE):
        return True
    return error.code != "ResourceGroupNotFound" and "under resource group" not in str(error)
