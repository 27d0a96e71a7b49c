"""Validators of single values, built from shapes with pydantic-core alone.

Pydantic's own way to a validator first searches all installed packages for plugins, which costs a command more time
than all validation.
"""

from functools import cache
from typing import Literal, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import CoreConfig, CoreSchema, SchemaValidator, core_schema

from vcluster_config.model.shape import Form, Shape, shape_of
from vcluster_config.model.values import ValueType, auto_bool

_STRICT = CoreConfig(strict=True)
_VALIDATORS: dict[Shape, SchemaValidator] = {}


@cache
def validator(info: FieldInfo) -> SchemaValidator:
    """Validator of a field's value; equal shapes share one."""
    shape = shape_of(info)
    if shape not in _VALIDATORS:
        _VALIDATORS[shape] = SchemaValidator(_nullable(shape, _schema(shape)), _STRICT)
    return _VALIDATORS[shape]


def _nullable(shape: Shape, schema: CoreSchema) -> CoreSchema:
    return core_schema.nullable_schema(schema) if shape.nullable else schema


def _schema(shape: Shape) -> CoreSchema:
    if shape.form is Form.FREE:
        return core_schema.any_schema()
    if shape.form is Form.MAP and shape.item is not None:
        return core_schema.dict_schema(_key(shape), _schema(shape.item))
    if shape.form is Form.LIST and shape.item is not None:
        return core_schema.list_schema(_schema(shape.item))
    if shape.form is Form.SECTION:
        return _mapping_needed()
    return _value(shape)


@cache
def _mapping_needed() -> CoreSchema:
    """Sections that are mappings are built elsewhere, so whatever arrives here is of another form."""
    return core_schema.dict_schema()


def _key(shape: Shape) -> CoreSchema:
    if shape.key is None:
        return core_schema.str_schema()
    return core_schema.no_info_plain_validator_function(shape.key.parse)


def _value(shape: Shape) -> CoreSchema:
    type_ = shape.value
    if isinstance(type_, ValueType) or type_ is auto_bool:
        return core_schema.no_info_plain_validator_function(type_.parse)
    if get_origin(type_) is Literal:
        return core_schema.literal_schema(list(get_args(type_)))
    if type_ is int:
        return core_schema.int_schema(ge=shape.low, le=shape.high)
    return core_schema.bool_schema() if type_ is bool else core_schema.str_schema()
