"""Say what jsonschema found in our own words: its messages quote values, and one may be secret."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reconciler.core.problem import Place, Problem, did_you_mean
from reconciler.core.secret import looks_masked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from jsonschema import ValidationError

    from reconciler.core.kind import Field

SOURCES = ("env", "file")
_TYPES = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "object": "a mapping",
    "string": "text",
}


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a file as its problems speak of it.

    `place` finds a key of it, or its beginning for None. `known` names what may stand there.
    """

    subject: str
    instance: Any
    place: Callable[[str | None], Place]
    known: tuple[str, ...]
    fields: Mapping[str, Field] = field(default_factory=dict)
    offered: Callable[[str], str] = lambda _: ""
    """Says where a name that is not known here is offered, if anywhere."""


def explain(errors: Iterable[ValidationError], level: Level) -> Iterator[Problem]:
    """Turn the errors of one level into problems, each at its place, each setting once."""
    seen = set()
    for error in errors:
        if not error.absolute_path:
            yield from _level_problems(error, level)
            continue
        name = str(error.absolute_path[0])
        if name not in seen:
            seen.add(name)
            at = level.place(name)
            known = level.fields.get(name)
            if known and known.sensitive:
                yield _sensitive_problem(known, level.instance[name], error, at)
            else:
                yield _plain_problem(name, error, at)


def masked_value(name: str, at: Place) -> Problem:
    """Refuse a run of stars: what the API shows must never be sent back to it."""
    hint = "put the real value in its place, or a reference to it"
    return Problem("masked-value", f"{name} holds a mask instead of a value", hint, at)


def _level_problems(error: ValidationError, level: Level) -> Iterator[Problem]:
    subject = level.subject
    match error.validator:
        case "additionalProperties":
            for name in level.instance:
                if name not in error.schema["properties"]:
                    yield _unknown(name, level)
        case "required":
            name = next(n for n in error.validator_value if f"'{n}'" in error.message)
            hint = f"add {name}"
            yield Problem("missing-setting", f"{subject} needs {name}", hint, level.place(None))
        case "anyOf":
            sentence = f"{subject} needs an id, a name, or both"
            yield Problem("missing-setting", sentence, "add one of them", level.place(None))
        case _:
            hint = f"it has {', '.join(level.known)}"
            yield Problem("wrong-type", f"{subject} must be a mapping", hint, level.place(None))


def _unknown(name: str, level: Level) -> Problem:
    at = level.place(name)
    offered = level.offered(name)
    if offered:
        sentence = f'{level.subject} has no setting "{name}" in this API'
        return Problem("setting-not-offered", sentence, offered, at)
    hint = did_you_mean(name, level.known) or f"it has {', '.join(level.known)}"
    return Problem("unknown-setting", f'{level.subject} has no setting "{name}"', hint, at)


def _sensitive_problem(known: Field, value: object, error: ValidationError, at: Place) -> Problem:
    name = known.name
    hint = f"write {name}: {{env: NAME}} or {name}: {{file: PATH}}"
    if isinstance(value, str) and looks_masked(value):
        return masked_value(name, at)
    if isinstance(value, str) and known.literal:
        return _bad_format(name, error, at)
    if isinstance(value, str):
        sentence = f"{name} must refer to a secret, and never hold it"
        return Problem("literal-secret", sentence, hint, at)
    if isinstance(value, dict):
        strange = next((key for key in value if key not in SOURCES), None)
        if strange is not None:
            near = did_you_mean(strange, SOURCES) or f"known sources: {', '.join(SOURCES)}"
            return Problem("unknown-source", f'"{strange}" is no source of secrets', near, at)
        if len(value) == 1:
            sentence = f"{name} has a name that its source cannot have"
            return Problem("bad-reference", sentence, hint, at)
    sentence = f"{name} must be a reference to a secret: exactly one source, and a name"
    return Problem("bad-reference", sentence, hint, at)


def _plain_problem(name: str, error: ValidationError, at: Place) -> Problem:
    match error.validator:
        case "type":
            quote = error.validator_value == "string" and isinstance(error.instance, bool | int)
            hint = f'quote it: {name}: "…"' if quote else ""
            wanted = _TYPES[error.validator_value]
            return Problem("wrong-type", f"{name} must be {wanted}", hint, at)
        case "enum":
            allowed = [str(value) for value in error.validator_value]
            near = did_you_mean(str(error.instance), allowed)
            sentence = f"{name} must be one of {', '.join(allowed)}"
            return Problem("not-allowed", sentence, near, at)
        case "const":
            return Problem("not-allowed", f"{name} must be {error.validator_value}", "", at)
        case "minLength" | "maxLength":
            limit = "at least" if error.validator == "minLength" else "at most"
            unit = "character" if error.validator_value == 1 else "characters"
            sentence = f"{name} must have {limit} {error.validator_value} {unit}"
            return Problem("bad-length", sentence, "", at)
        case _:
            return _bad_format(name, error, at)


def _bad_format(name: str, error: ValidationError, at: Place) -> Problem:
    hint = str(error.schema.get("description", ""))
    return Problem("bad-format", f"{name} does not have the right form", hint, at)
