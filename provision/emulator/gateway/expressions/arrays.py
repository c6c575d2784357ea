"""Arrays of given items, and the type that items have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provision.emulator.gateway.expressions.collected import NetArray
from provision.emulator.gateway.expressions.conversions import assigned, number
from provision.emulator.gateway.expressions.operators import promoted
from provision.emulator.gateway.expressions.values import NUMBERS, OBJECT, Net, TypeRef, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provision.emulator.gateway.expressions.runtime import Runtime


def array_of(rt: Runtime, element: TypeRef, items: Sequence[Any]) -> Any:
    """Make an array."""
    rt.hold(len(items))
    if element.name == "Byte":
        return bytearray(int(plain(assigned(rt.types, one, element))) for one in items)
    return NetArray(element, [plain(assigned(rt.types, one, element)) for one in items])


def common(rt: Runtime, items: Sequence[Any]) -> TypeRef:
    """Return the type that values of an array have in common."""
    kinds = {type(one) for one in items if one is not None}
    if kinds and kinds <= NUMBERS:
        best: type | None = next(iter(kinds))
        for kind in kinds:
            best = promoted(best, kind) if best is not None and len(kinds) > 1 else kind
        if best is not None:
            return TypeRef(rt.types.of(number(0, best)).name)
    first = next((one for one in items if one is not None), None)
    if first is None or len(kinds) > 1:
        bases = {rt.types.of(one).name for one in items if one is not None}
        shared = bool(bases) and all(rt.types.inherits(one, "JToken") for one in bases)
        return TypeRef("JToken") if shared else OBJECT
    return first.type if isinstance(first, Net) else TypeRef(rt.types.of(first).name)
