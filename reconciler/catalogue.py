"""The schemas as code sees them: kinds for each dialect, and one compiled validator per question.

`schemas/` is the truth about every type. It stands at the top of the repository and travels inside
the wheel, so it is looked for in both places.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconciler.core.kind import Echo, Field, Kind, Mask

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jsonschema.protocols import Validator

Schema = dict[str, Any]

SECRET_REF = "../secret.schema.json"  # noqa: S105 - a file's name
MASKS_KEEP_LENGTH = frozenset({"atlas", "atlas-v1"})
"""Dialects whose key masks are as long as the key: recorded for v2, whose server is v1's too."""

_BELOW = frozenset({"items", "additionalProperties", "propertyNames", "$ref"})
"""Keywords of a list or mapping that speak of what is in it."""

_HERE = Path(__file__).parent
_FOLDER = next(
    folder for folder in (_HERE / "schemas", _HERE.parent / "schemas") if folder.is_dir()
)


@cache
def schema(name: str) -> Schema:
    """Read one schema by its path below `schemas/`, without the `.schema.json`."""
    text = (_FOLDER / f"{name}.schema.json").read_text(encoding="utf-8")
    loaded: Schema = json.loads(text)
    return loaded


@cache
def types() -> tuple[str, ...]:
    """Name every integration type of every dialect, sorted."""
    return tuple(
        sorted(path.name.removesuffix(".schema.json") for path in _FOLDER.glob("integrations/*"))
    )


@cache
def kinds(dialect: str) -> Mapping[str, Kind]:
    """Give the kinds that a dialect offers, by type, each with only the fields offered there."""
    return {
        type_: _kind(type_, schema(f"integrations/{type_}"), dialect)
        for type_ in types()
        if dialect in schema(f"integrations/{type_}")["x-dialects"]
    }


@cache
def dialects_of(type_: str) -> tuple[str, ...]:
    """Name the dialects that offer a type."""
    return tuple(schema(f"integrations/{type_}")["x-dialects"])


@cache
def secrets() -> tuple[str, ...]:
    """Name every setting that is given by reference alone, sorted; it is so in every type."""
    return tuple(
        sorted(
            {
                name
                for type_ in types()
                for name, part in schema(f"integrations/{type_}")["properties"].items()
                if "$ref" in part
            }
        )
    )


@cache
def envelope(part: str, document: str = "desired-state") -> Validator:
    """Compile the check of one level of a file: `file`, or what is defined in its schema.

    What lies a level below is only checked for its JSON type, so that each level is met once.
    """
    whole = schema(document)
    level = whole if part == "file" else whole["$defs"][part]
    return _compile(_shallow(level))


@cache
def as_written(type_: str, dialect: str) -> Validator:
    """Compile the check of an integration as it stands in YAML: secrets are references."""
    bound = _bind(schema(f"integrations/{type_}"), schema("secret"))
    return _compile(_for_dialect(bound, dialect))


@cache
def as_sent(type_: str, dialect: str) -> Validator:
    """Compile the check of an integration as it stands in a request: secrets are strings."""
    bound = _bind(schema(f"integrations/{type_}"), {"type": "string"})
    return _compile(_for_dialect(bound, dialect))


@cache
def reference() -> Validator:
    """Compile the check of a reference to a secret: a mapping from a source to a name there."""
    return _compile(schema("secret"))


@cache
def setting_as_sent(type_: str, setting: str) -> Validator:
    """Compile the check of one setting's value as it stands in a request."""
    return _compile(
        _bind(schema(f"integrations/{type_}")["properties"][setting], {"type": "string"})
    )


def _compile(document: Schema) -> Validator:
    from reconciler.validator import CatalogueValidator  # noqa: PLC0415 - imports slowly

    return CatalogueValidator(document)


def _bind(node: Any, secret: Schema) -> Any:
    """Put a schema in the place of each reference to the secret's, keeping what stands beside it.

    This is what turns the reading *as written* into the reading *as sent*.
    """
    if isinstance(node, list):
        return [_bind(item, secret) for item in node]
    if not isinstance(node, dict):
        return node
    bound = {key: _bind(value, secret) for key, value in node.items() if key != "$ref"}
    if node.get("$ref") == SECRET_REF:
        bound = {**{key: value for key, value in secret.items() if key[0] != "$"}, **bound}
    return bound


def _shallow(level: Schema) -> Schema:
    properties = {
        name: {key: part[key] for key in part if key not in _BELOW}
        for name, part in level["properties"].items()
    }
    return {**{key: level[key] for key in level if key != "$defs"}, "properties": properties}


def _for_dialect(document: Schema, dialect: str) -> Schema:
    properties = {
        name: part
        for name, part in document["properties"].items()
        if dialect in part.get("x-dialects", [dialect])
    }
    required = [name for name in _required(document, dialect) if name in properties]
    return {
        **document,
        "properties": properties,
        "required": required,
        **_conditions(document, dialect),
    }


def _conditions(document: Schema, dialect: str) -> Schema:
    """Give what a dialect wants of a type only where something else is said: `if` and `then`."""
    extra = document["x-dialects"][dialect]
    if "then" not in extra:
        return {}
    parts = {name: document["properties"][name] for name in extra["then"]["required"]}
    return {"if": extra["if"], "then": {**extra["then"], "properties": parts}}


def _required(document: Schema, dialect: str) -> list[str]:
    return [*document["required"], *document["x-dialects"][dialect].get("required", ())]


def _kind(type_: str, document: Schema, dialect: str) -> Kind:
    offered = _for_dialect(document, dialect)
    return Kind(
        type=type_,
        title=document["title"],
        fields={
            name: _field(name, part, required=name in offered["required"])
            for name, part in offered["properties"].items()
            if name != "type"
        },
        alerting=document["x-alerting"],
        retired=document.get("x-retired", ""),
        length_counts=dialect in MASKS_KEEP_LENGTH,
    )


def _field(name: str, part: Schema, *, required: bool) -> Field:
    literal = any(option.get("$ref") == SECRET_REF for option in part.get("anyOf", ()))
    return Field(
        name=name,
        echo=Echo(part["x-echo"]),
        mask=Mask(part["x-mask"]) if "x-mask" in part else None,
        sensitive=literal or part.get("$ref") == SECRET_REF,
        literal=literal,
        default=part.get("default"),
        required=required,
        alphabet=part.get("x-alphabet"),
    )
