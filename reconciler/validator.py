"""JSON Schema, draft 2020-12, as the catalogue's schemas need it: what is right is told quickly.

jsonschema walks every rule for every value, also where a glance shows that it is kept. Here the
common rules look first, and ask the library's own when in doubt, whose errors they give.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from jsonschema.protocols import Validator

    Errors = Iterable[ValidationError] | None
    Rule = Callable[[Validator, Any, Any, dict[str, Any]], Errors]
    Glance = Callable[[Any, Any, dict[str, Any]], bool]

_PYTHON = {
    "array": list,
    "boolean": bool,
    "integer": int,
    "null": type(None),
    "object": dict,
    "string": str,
}
"""The one Python type that a JSON type has for sure; the library knows of others."""


def _is_of_type(wanted: Any, value: Any, _: dict[str, Any]) -> bool:
    return isinstance(wanted, str) and type(value) is _PYTHON.get(wanted)


def _has_all(names: Any, value: Any, _: dict[str, Any]) -> bool:
    return type(value) is dict and all(name in value for name in names)


def _has_no_others(others: Any, value: Any, schema: dict[str, Any]) -> bool:
    known = schema.get("properties", {}).keys()
    return others is False and type(value) is dict and value.keys() <= known


def _is_one_of(options: Any, value: Any, _: dict[str, Any]) -> bool:
    return type(value) is str and value in options


def _is_long_enough(least: Any, value: Any, _: dict[str, Any]) -> bool:
    return type(value) in _SIZED and len(value) >= least


def _is_short_enough(most: Any, value: Any, _: dict[str, Any]) -> bool:
    return type(value) in _SIZED and len(value) <= most


def _has_a_type_of(options: Any, value: Any, _: dict[str, Any]) -> bool:
    return any(len(option) == 1 and _is_of_type(option.get("type"), value, _) for option in options)


_SIZED = (str, dict)
_GLANCES: dict[str, Glance] = {
    "additionalProperties": _has_no_others,
    "anyOf": _has_a_type_of,
    "enum": _is_one_of,
    "maxLength": _is_short_enough,
    "maxProperties": _is_short_enough,
    "minLength": _is_long_enough,
    "minProperties": _is_long_enough,
    "required": _has_all,
    "type": _is_of_type,
}


def _glancing(rule: str, is_kept: Glance) -> Rule:
    ask: Rule = Draft202012Validator.VALIDATORS[rule]

    def check(validator: Validator, wanted: Any, value: Any, schema: dict[str, Any]) -> Errors:
        return None if is_kept(wanted, value, schema) else ask(validator, wanted, value, schema)

    return check


def _pattern(_: Validator, pattern: str, value: Any, __: dict[str, Any]) -> Errors:
    """Search as ECMA-262 does: a final `$` means the end, and not a line break before it."""
    if not isinstance(value, str) or _ecma(pattern).search(value):
        return None
    return [ValidationError(f"does not match {pattern!r}")]


@cache
def _ecma(pattern: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"(?<!\\)\$$", r"\\Z", pattern))


def _properties(
    validator: Validator, parts: dict[str, Any], value: Any, _: dict[str, Any]
) -> Iterator[ValidationError]:
    """Check each setting by a validator that is made once: the library's makes one for each value.

    That can be done since the catalogue's schemas hold no `$ref`, once they are bound.
    """
    if not isinstance(value, dict):
        return
    children = _CHILDREN.get(id(parts))
    if children is None:
        children = {name: validator.evolve(schema=part) for name, part in parts.items()}
        _CHILDREN[id(parts)] = children
    for name, setting in value.items():
        if name in children:
            for error in children[name].iter_errors(setting):
                error.path.appendleft(name)
                error.schema_path.appendleft(name)
                yield error


_CHILDREN: dict[int, dict[str, Validator]] = {}
"""Validators of properties, by the identity of the mapping; schemas live as long as the program."""

CatalogueValidator: type[Validator] = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    {
        "pattern": _pattern,
        "properties": _properties,
        **{rule: _glancing(rule, is_kept) for rule, is_kept in _GLANCES.items()},
    },
)
