"""The spec's validator: pydantic's core, told what the grammar says, of the kinds that a spec uses."""

from __future__ import annotations

import math
import re
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from pydantic_core import PydanticCustomError, SchemaValidator, core_schema

from provision.document import Variable
from provision.schema.grammar import document

if TYPE_CHECKING:
    from provision.kinds.table import Property

_TRUTH: Final = MappingProxyType({"true": True, "false": False})


@cache
def validator(used: frozenset[str]) -> SchemaValidator:
    """What validates the data of a spec that has something of the kinds of these types."""
    return SchemaValidator(_maps(document(), used))


@cache
def validator_of(prop: Property) -> SchemaValidator:
    """What validates the properties of one resource, beside which nothing is looked at."""
    return SchemaValidator(_maps(prop, frozenset()))


def _maps(prop: Property, used: frozenset[str]) -> core_schema.CoreSchema:
    fields = {
        name: core_schema.typed_dict_field(_field(one, used), required=one.required)
        for name, one in prop.inside.items()
        if one.written
    }
    return core_schema.typed_dict_schema(fields, strict=True, extra_behavior="forbid")


def _field(prop: Property, used: frozenset[str]) -> core_schema.CoreSchema:
    if prop.kind and prop.kind not in used:
        return core_schema.any_schema()
    found = _several(prop, used)
    if prop.otherwise:
        found = _either(prop, found, used)
    return found if prop.required else core_schema.nullable_schema(found)


def _either(prop: Property, plain: core_schema.CoreSchema, used: frozenset[str]) -> core_schema.CoreSchema:
    """One of two, told apart by what is written: what is wrong is said of that one."""

    def choose(value: Any) -> Any:
        found = prop.as_written(value)
        return SchemaValidator(plain if found is prop else _several(found, used)).validate_python(value)

    return core_schema.no_info_plain_validator_function(choose)


def _several(prop: Property, used: frozenset[str]) -> core_schema.CoreSchema:
    found = _one(prop, used)
    if prop.many == "list":
        found = core_schema.list_schema(found, strict=True)
    elif prop.many == "map":
        keys = _one(prop.names, used) if prop.names else core_schema.str_schema(strict=True)
        found = core_schema.dict_schema(keys, found, strict=True)
    return found


def _one(prop: Property, used: frozenset[str]) -> core_schema.CoreSchema:
    if prop.words:
        return _variable(str, core_schema.literal_schema(list(prop.words)))
    if prop.type == "object":
        free = core_schema.dict_schema(core_schema.str_schema(strict=True), _anything(), strict=True)
        return _maps(prop, used) if prop.inside else free
    if prop.type == "string":
        return _text(prop)
    if prop.type == "integer":
        return _variable(int, core_schema.int_schema(strict=True, ge=prop.least, le=prop.most))
    if prop.type == "number":
        return _variable(float, core_schema.float_schema(ge=prop.least, le=prop.most, allow_inf_nan=False))
    return _variable(bool, core_schema.bool_schema(strict=True)) if prop.type == "boolean" else _anything()


def _text(prop: Property) -> core_schema.CoreSchema:
    plain = core_schema.str_schema(
        strict=True, pattern=prop.pattern or None, min_length=prop.shortest, max_length=prop.longest
    )
    return _variable(str, plain) if prop.pattern else plain


def _variable(of: type, schema: core_schema.CoreSchema) -> core_schema.CoreSchema:
    """What isn't free text, where a variable may stand: its value takes the property's type."""

    def resolve(value: Any) -> Any:
        if not isinstance(value, Variable):
            return value
        if of is bool:
            return _TRUTH.get(value.lower(), str(value))
        if of is float and re.fullmatch(r"-?[0-9]{1,18}(\.[0-9]{1,18})?", value):
            return float(value)
        return int(value) if of is int and re.fullmatch(r"-?[0-9]{1,18}", value) else str(value)

    return core_schema.no_info_before_validator_function(resolve, schema)


def _anything() -> core_schema.CoreSchema:
    return core_schema.no_info_after_validator_function(_json, core_schema.any_schema())


def _json(value: Any) -> Any:
    """Refuse what JSON has no word for, at whatever depth."""
    if isinstance(value, float) and not math.isfinite(value):
        raise PydanticCustomError("no_json", "not JSON")
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _json(item)
    return value
