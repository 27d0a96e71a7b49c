"""The JSON schema for editors, draft-07 because that is what YAML language servers understand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, get_args, get_origin

from vcluster_config.model.deprecated import DEPRECATED, sentence
from vcluster_config.model.root import Config
from vcluster_config.model.shape import Form, Shape, default_of, fields, shape_of
from vcluster_config.model.types import ImageType
from vcluster_config.model.values import ValueType, auto_bool
from vcluster_config.schema.docstrings import description, in_context

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from vcluster_config.model.base import Section

_DRAFT: Final = "http://json-schema.org/draft-07/schema#"
_DEPRECATED: Final = {tuple(entry.path.split(".")): sentence(entry) for entry in DEPRECATED}

Json = dict[str, Any]


def editor_schema() -> Json:
    """Schema of a whole ``vcluster.yaml``."""
    definitions: Json = {}
    root = _section(Config, (), definitions)
    return {
        "$schema": _DRAFT,
        "title": "vcluster.yaml",
        "description": "Configuration of a virtual Kubernetes cluster.",
        **root,
        "definitions": dict(sorted(definitions.items())),
    }


def _section(section: type[Section], path: tuple[str, ...], definitions: Json) -> Json:
    known = fields(section)
    names = {str(info.alias): name for name, info in section.model_fields.items()}
    properties = {key: _property(section, names[key], info, (*path, key), definitions) for key, info in known.items()}
    required = [key for key, info in known.items() if info.is_required()]
    schema: Json = {"type": "object", "additionalProperties": False, "properties": properties}
    if required:
        schema["required"] = required
    return schema


def _property(section: type[Section], name: str, info: FieldInfo, path: tuple[str, ...], definitions: Json) -> Json:
    shape = shape_of(info)
    schema = _schema(shape, path, definitions)
    text = description(section, name)
    if text:
        _describe(schema, text)
        switch = schema.get("properties", {}).get("enabled")
        if switch is not None:
            _describe(switch, in_context(switch["description"], "enabled", text))
    if path in _DEPRECATED:
        schema["deprecationMessage"] = _DEPRECATED[path]
    if shape.section is None and not info.is_required():
        schema["default"] = default_of(info)
    return schema


def _describe(schema: Json, text: str) -> None:
    schema["description"] = text.replace("`", "")
    schema["markdownDescription"] = text


def _schema(shape: Shape, path: tuple[str, ...], definitions: Json) -> Json:
    if shape.section is not None:
        return _nullable(_section(shape.section, path, definitions), shape)
    if shape.form is Form.FREE:
        return {}
    if shape.item is not None:
        item = _item(shape.item, definitions)
        if shape.form is Form.LIST:
            return {"type": ["array", "null"], "items": item}
        names = {"propertyNames": _text(shape.key)} if shape.key is not None else {}
        return {"type": ["object", "null"], "additionalProperties": item, **names}
    bounds = {"minimum": shape.low, "maximum": shape.high}
    schema = _value(shape.value) | {name: bound for name, bound in bounds.items() if bound is not None}
    return _nullable(schema, shape)


def _nullable(schema: Json, shape: Shape) -> Json:
    if shape.nullable and "type" in schema:
        types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        schema["type"] = [*types, "null"]
        if "enum" in schema:
            schema["enum"] = [*schema["enum"], None]
    return schema


def _item(shape: Shape, definitions: Json) -> Json:
    """Sections in lists and maps are shared, because the same ones occur dozens of times."""
    if shape.section is None:
        return _schema(shape, (), definitions)
    name = shape.section.__name__
    if name not in definitions:
        definitions[name] = {}
        definitions[name] = _section(shape.section, (), definitions)
    return {"$ref": f"#/definitions/{name}"}


def _value(type_: Any) -> Json:
    if isinstance(type_, ValueType):
        return _text(type_)
    if type_ is auto_bool:
        return {"enum": ["auto", True, False, "true", "false"]}
    if get_origin(type_) is Literal:
        return {"type": "string", "enum": list(get_args(type_))}
    return {"type": {bool: "boolean", int: "integer", str: "string"}[type_]}


def _text(type_: ValueType) -> Json:
    pattern = f"^(?:{type_.pattern})$" if not type_.empty else f"^(?:{type_.pattern})?$"
    schema: Json = {"type": ["string", "number"] if type_.numbers else "string", "pattern": pattern}
    if type_.examples:
        schema["examples"] = list(type_.examples)
    if isinstance(type_, ImageType):
        parts = {key: {"type": "string"} for key in ("registry", "repository", "tag")}
        whole = {"type": "object", "additionalProperties": False, "properties": parts, "required": ["repository"]}
        return {"anyOf": [schema, whole]}
    return schema
