"""The elements that can be executed, a module for each family: the one table that everything goes by."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from provision.emulator.gateway.policies import (
    access,
    caches,
    contents,
    control,
    conversions,
    credentials,
    forwarding,
    limits,
    messages,
    mocking,
    requests,
    telemetry,
    tokens,
    urls,
    validation,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provision.emulator.gateway.nodes import Policy

FAMILIES = (
    access,
    caches,
    contents,
    control,
    conversions,
    credentials,
    forwarding,
    limits,
    messages,
    mocking,
    requests,
    telemetry,
    tokens,
    urls,
    validation,
)
POLICIES: Mapping[str, Policy] = MappingProxyType(
    {policy.name: policy for family in FAMILIES for policy in family.POLICIES}
)
