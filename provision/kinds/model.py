"""The words a kind's model is written in: field types that a spec's variables fit into, and facts about properties."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError, core_schema

from provision.document import Variable

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue


class Model(BaseModel):
    """A group of properties under ARM's own names. Unknown names are errors, and so are values of another type."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_alias=True,
        validate_by_name=False,
        extra="forbid",
        strict=True,
        frozen=True,
    )


@dataclass(frozen=True, slots=True)
class Default:
    """What the service puts where a PUT says nothing. Without it: nothing (null and empty are the same).

    A function is given the properties beside it, under their wire names, and returns the value.
    """

    value: Any


@dataclass(frozen=True, slots=True)
class Keyed:
    """A list whose elements are told apart by one property, in any order."""

    by: str


@dataclass(frozen=True, slots=True)
class AnyOrder:
    """A list that is a set."""


@dataclass(frozen=True, slots=True)
class Unverifiable:
    """Azure never gives this back: it is sent with other changes, never compared."""

    reason: str


@dataclass(frozen=True, slots=True)
class Secret:
    """Never to stand in a file in clear: a spec gives it as `${secret:NAME}`."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """Can't be changed once the resource exists; `advice` says what to do instead."""

    advice: str


@dataclass(frozen=True, slots=True)
class Mirrored:
    """Azure shows it under another name too, and refuses both in one PUT: what it shows here is never sent back."""


@dataclass(frozen=True, slots=True)
class Folded:
    """Compared without regard to case and spaces, as ARM compares regions."""


_TRUTH: Final = MappingProxyType({"true": True, "false": False})


@dataclass(frozen=True, slots=True)
class Resolvable:
    """A field that isn't free text, where a variable may stand: its value takes the field's type."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        def resolve(value: Any) -> Any:
            if not isinstance(value, Variable):
                return value
            if source is bool:
                return _TRUTH.get(value.lower(), str(value))
            return int(value) if source is int and re.fullmatch(r"-?[0-9]{1,18}", value) else str(value)

        return core_schema.no_info_before_validator_function(resolve, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"anyOf": [handler(schema), {"type": "string", "pattern": r"\$\{"}]}


VARIABLE: Final = Resolvable()


def _json(value: Any) -> Any:
    """Refuse what JSON has no word for, at whatever depth."""
    if isinstance(value, float) and not math.isfinite(value):
        raise PydanticCustomError("no_json", "not JSON")
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _json(item)
    return value


Json = Annotated[Any, AfterValidator(_json)]
Integer = Annotated[int, Field(ge=-(2**31), le=2**31 - 1), VARIABLE]  # ARM's integers are of 32 bits
Flag = Annotated[bool, VARIABLE]
DisplayName = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Description = Annotated[str, StringConstraints(max_length=1000)]


def named(pattern: str, longest: int) -> Any:
    """The type of a resource's name: `pattern` and `longest` are what ARM accepts."""
    return Annotated[str, Field(pattern=pattern, min_length=1, max_length=longest), VARIABLE]
