"""The `$filter` of lists."""

from __future__ import annotations

from typing import Any


def matches(expression: str, item: dict[str, Any]) -> bool:
    """Tell whether an item satisfies an OData filter."""
    raise NotImplementedError
