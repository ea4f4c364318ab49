"""Say what jsonschema found in our own words: its messages quote values, and one may be secret."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from reconciler import catalogue
from reconciler.core.problem import Problem, did_you_mean, quote
from reconciler.desired.sensitive import how_to_refer, misshapen, sensitive_problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from jsonschema import ValidationError

    from reconciler.core.kind import Field
    from reconciler.core.problem import Place
    from reconciler.desired.document import Document

_TYPES = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "object": "a mapping",
}


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a file as its problems speak of it.

    `place` finds a key of it, or its beginning for None. `known` names what may stand there, what
    comes first being first. `nulls` are the settings that are null, and so do not count.
    """

    subject: str
    instance: Any
    place: Callable[[str | None], Place]
    known: tuple[str, ...]
    fields: Mapping[str, Field] = field(default_factory=dict)
    nulls: frozenset[str] = frozenset()
    offered: Callable[[str], str] = lambda _: ""
    """Says where a name that is not known here is offered, if anywhere."""


@dataclass(frozen=True, slots=True)
class Breach:
    """What of an error of jsonschema is of use: which setting breaks which rule of its schema.

    `setting` is None for a rule of the level itself; `rule` is the keyword, `wanted` its value.
    """

    setting: str | None
    rule: str
    wanted: Any
    value: Any
    schema: Any

    @classmethod
    def of(cls, error: ValidationError) -> Self:
        """Take it out of the error."""
        path = error.absolute_path
        setting = str(path[0]) if path else None
        rule, wanted = str(error.validator), error.validator_value
        return cls(setting, rule, wanted, error.instance, error.schema)


def faults(  # noqa: PLR0913, PLR0917 - what is checked, against what, and where it stands
    document: Document, schema: str, part: str, subject: str, instance: Any, mark: int
) -> list[Problem]:
    """Hold one level of a document against a part of a schema: `file`, or one of its `$defs`."""
    breaches = [Breach.of(e) for e in catalogue.envelope(part, schema).iter_errors(instance)]
    if not breaches:
        return []
    whole = catalogue.schema(schema)
    known = (whole if part == "file" else whole["$defs"][part])["properties"]
    level = Level(subject, instance, document.placer(instance, mark), tuple(known))
    return list(explain(breaches, level))


def explain(breaches: Iterable[Breach], level: Level) -> Iterator[Problem]:
    """Turn the breaches of one level into problems, each at its place, each setting once."""
    seen = set()
    for breach in breaches:
        name = breach.setting
        topic = name or (breach.rule, str(breach.wanted))
        if topic in seen:
            continue
        seen.add(topic)
        if name is None:
            yield from _level_problems(breach, level)
            continue
        at, known = level.place(name), level.fields.get(name)
        if known and known.sensitive:
            yield sensitive_problem(
                known, level.instance[name], str(breach.schema["description"]), at
            )
        else:
            yield _plain_problem(name, breach, at)


def _level_problems(breach: Breach, level: Level) -> Iterator[Problem]:
    begin = level.place(None)
    match breach.rule:
        case "additionalProperties":
            known = breach.schema["properties"]
            yield from (_unknown(name, level) for name in level.instance if name not in known)
        case "required":
            missing = (name for name in breach.wanted if name not in level.instance)
            yield from (_missing(name, breach.schema, level) for name in missing)
        case "anyOf":
            sentence = f"{level.subject} needs an id, a name, or both"
            yield Problem("missing-setting", sentence, "add one of them", begin)
        case _:
            empty = level.instance is None
            sentence = f"{level.subject} {'is empty' if empty else 'must be a mapping'}"
            hint = f"it begins with `{level.known[0]}:`"
            yield Problem("wrong-type", sentence, hint, begin)


def _unknown(name: str, level: Level) -> Problem:
    at = level.place(name)
    offered = level.offered(name)
    if offered:
        sentence = f"{level.subject} has no setting {quote(name)} in this API"
        return Problem("setting-not-offered", sentence, offered, at)
    hint = did_you_mean(name, level.known) or f"it has {', '.join(level.known)}"
    sentence = f"{level.subject} has no setting {quote(name)}"
    return Problem("unknown-setting", sentence, hint, at)


def _missing(name: str, schema: Any, level: Level) -> Problem:
    at = level.place(name)
    sentence = f"{level.subject} needs {name} {schema.get('$comment', '')}".rstrip()
    if name in level.nulls:
        sentence += ", so it cannot be null"
        return Problem("missing-setting", sentence, f"give {name} a value", at)
    part, known = schema["properties"][name], level.fields.get(name)
    if known and known.sensitive:
        hint = how_to_refer(name, "add")
    elif "const" in part:
        hint = f"add {name}: {part['const']}"
    elif "enum" in part:
        hint = f"add {name}, which is one of {', '.join(part['enum'])}"
    elif part["type"] == "array" and "minItems" not in part:
        hint = f"add {name}, or {name}: [] if there are none"
    else:
        hint = f"add {name}"
    return Problem("missing-setting", sentence, hint, at)


def _plain_problem(name: str, breach: Breach, at: Place) -> Problem:
    wanted = breach.schema.get("enum")
    if wanted:
        sentence = f"{name} must be one of {', '.join(wanted)}"
        near = did_you_mean(breach.value, wanted) if isinstance(breach.value, str) else ""
        return Problem("not-allowed", sentence, near or "choose one of them", at)
    match breach.rule:
        case "type":
            sentence = f"{name} must be {_TYPES.get(breach.wanted, 'text')}"
            return Problem("wrong-type", sentence, _type_hint(name, breach), at)
        case "const":
            hint = f"write {name}: {breach.wanted}"
            return Problem("not-allowed", f"{name} must be {breach.wanted}", hint, at)
        case "minLength":
            return Problem("bad-length", f"{name} must not be empty", "give it a value", at)
        case "maxLength":
            sentence = f"{name} must have at most {breach.wanted} characters"
            return Problem("bad-length", sentence, "shorten it", at)
        case _:
            return misshapen(name, breach.value, str(breach.schema["description"]), at)


def _type_hint(name: str, breach: Breach) -> str:
    match breach.wanted, breach.value:
        case "array", None:
            hint = f"write {name}: [] if there are none"
        case "array", _:
            hint = "begin each item with a dash"
        case "object", _:
            hint = "write each entry as `name: …`, further in"
        case _, None:
            hint = "give it a value, or remove it"
        case "boolean", str():
            hint = "write true or false, without quotes"
        case "boolean", _:
            hint = "write true or false"
        case _, bool() | int():
            hint = f'quote it: {name}: "…"'
        case _, dict():
            hint = "write the text itself; only secrets are given by reference"
        case _:
            hint = str(breach.schema["description"])
    return hint
