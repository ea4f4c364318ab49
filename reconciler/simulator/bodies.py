"""Read the body of a POST or PUT, and refuse it with the code that the API would give.

Which code goes with which mistake is known for the formats of keys and for members of another
type; for the rest the error reference has a fitting code, and no source says that it is the one.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from reconciler.catalogue import as_sent, dialects_of, kinds
from reconciler.core.kind import Echo, Mask
from reconciler.simulator.errors import ApiError, refuse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jsonschema import ValidationError

_RULES = ("additionalProperties", "const", "type", "anyOf", "required", "enum")
"""Rules in the order in which breaking them counts; others come after."""
_KEY_FORMAT = {
    ("PAGER_DUTY", "serviceKey"): "INVALID_PAGER_DUTY_SERVICE_KEY",
    ("DATADOG", "apiKey"): "INVALID_DATADOG_API_KEY",
}


def read_object(body: bytes) -> dict[str, Any]:
    """Read a body's members; those that are null count as absent. Raises 400."""
    try:
        members = json.loads(body)
    except (ValueError, RecursionError):
        members = None
        trouble = refuse("MALFORMED_JSON")
    else:
        trouble = refuse("INVALID_JSON")
    if not isinstance(members, dict):
        raise trouble
    return {name: value for name, value in members.items() if value is not None}


def read_settings(
    dialect: str, type_: str, body: bytes, kept: Mapping[str, Any], *, updating: bool
) -> dict[str, Any]:
    """Read the settings that a body sends for a type, on top of those that are kept.

    `id` is tolerated. Raises 400 for the first mistake.
    """
    sent = {name: value for name, value in read_object(body).items() if name != "id"}
    known = kinds(dialect)[type_].fields
    whole = {name: value for name, value in kept.items() if name in known} | sent
    errors = sorted(as_sent(type_, dialect).iter_errors(whole), key=_rank)
    if errors:
        raise _refusal(dialect, type_, errors[0], updating=updating)
    return {name: value for name, value in {**kept, **sent}.items() if name != "type"}


def refuse_masks(dialect: str, type_: str, settings: Mapping[str, Any]) -> None:
    """Refuse settings that hold a mask where a masked value belongs."""
    for name, field in kinds(dialect)[type_].fields.items():
        if field.echo is Echo.MASKED and "***" in str(settings.get(name, "")):
            raise refuse("INVALID_INTEGRATION_SETTINGS", type_, f"{name} is masked")


def _rank(error: ValidationError) -> tuple[int, str]:
    rule = str(error.validator)
    return _RULES.index(rule) if rule in _RULES else len(_RULES), _name(error)


def _name(error: ValidationError) -> str:
    return str(next(iter(error.path), ""))


def _refusal(dialect: str, type_: str, error: ValidationError, *, updating: bool) -> ApiError:
    name = _name(error)
    value: Any = error.instance
    limit: Any = error.validator_value
    match error.validator:
        case "additionalProperties" | "const":  # `type` alone has a const: that of the path
            strange = set(value) - {"type", *kinds(dialect)[type_].fields}
            return _strange(dialect, type_, name or min(strange))
        case "type" | "anyOf":
            return refuse("INVALID_JSON_ATTRIBUTE", name)
        case "required":
            return _missing([member for member in limit if member not in value])
        case "enum":
            return refuse("INVALID_ENUM_VALUE", value)
        case "pattern":
            return _misshapen(dialect, type_, name, value, updating=updating)
        case rule:
            return refuse("VALIDATION_ERROR", f"{name}: {rule} is {limit}")


def _strange(dialect: str, type_: str, name: str) -> ApiError:
    others = (kinds(other)[type_].fields for other in dialects_of(type_))
    if dialect == "ops-manager" and any(name in fields for fields in others):
        return refuse("FIELD_UNSUPPORTED_FOR_OPS_MANAGER", name)
    return refuse("INVALID_ATTRIBUTE", name)


def _missing(names: list[str]) -> ApiError:
    if len(names) == 1:
        return refuse("MISSING_ATTRIBUTE", names[0])
    return refuse("MISSING_ATTRIBUTES", ", ".join(names))


def _misshapen(dialect: str, type_: str, name: str, value: str, *, updating: bool) -> ApiError:
    """Choose the code for a value of the wrong form; it differs between POST and PUT of DATADOG."""
    if type_ == "DATADOG" and updating:
        reason = f"{name} must be a hexadecimal string"
        return refuse("INVALID_INTEGRATION_SETTINGS", type_, reason)
    if kinds(dialect)[type_].fields[name].mask is Mask.URL:
        return refuse("INVALID_URL", value)
    if (type_, name) in _KEY_FORMAT:
        return refuse(_KEY_FORMAT[type_, name])
    return refuse("VALIDATION_ERROR", f"{name} is malformed")
