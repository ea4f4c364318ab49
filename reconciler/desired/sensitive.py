"""What can be wrong where a secret belongs. Nothing of what stands there is ever quoted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler import catalogue
from reconciler.core.mask import looks_masked
from reconciler.core.problem import Problem, did_you_mean

if TYPE_CHECKING:
    from reconciler.core.kind import Field
    from reconciler.core.problem import Place


def how_to_refer(name: str, verb: str = "write") -> str:
    """Show how a reference is written."""
    return f"{verb} {name}: {{env: NAME}} or {name}: {{file: PATH}}"


def misshapen(name: str, text: object, description: str, at: Place) -> Problem:
    """Say that a text breaks its pattern; a line break at its end is hard to see."""
    if isinstance(text, str) and text.endswith("\n"):
        hint = "write it on one line, or begin its block with |- instead of |"
        return Problem("bad-format", f"{name} ends in a line break", hint, at)
    return Problem("bad-format", f"{name} does not have the right form", description, at)


def masked_value(known: Field, at: Place) -> Problem:
    """Refuse a run of stars: what the API shows must never be sent back to it."""
    hint = "put the real value in its place"
    if known.sensitive:
        hint = f"{hint}, or a reference to it" if known.literal else how_to_refer(known.name)
    return Problem("masked-value", f"{known.name} holds a mask instead of a value", hint, at)


def sensitive_problem(known: Field, value: object, description: str, at: Place) -> Problem:
    """Say what is wrong with the value of a sensitive setting."""
    name = known.name
    match value:
        case str() if looks_masked(value):
            return masked_value(known, at)
        case str() if known.literal:
            return misshapen(name, value, description, at)
        case dict():
            return _bad_reference(name, value, at)
        case list() | None:
            return Problem("bad-reference", _must_refer(known), how_to_refer(name), at)
        case _ if known.literal:
            return Problem("wrong-type", _must_refer(known), f'quote it: {name}: "…"', at)
        case _:
            return _literal_secret(name, at)


def _literal_secret(name: str, at: Place) -> Problem:
    sentence = f"{name} must refer to a secret, and never hold it"
    return Problem("literal-secret", sentence, how_to_refer(name), at)


def _must_refer(known: Field) -> str:
    either = "text, or " if known.literal else ""
    return f"{known.name} must be {either}a reference to a secret"


def _bad_reference(name: str, value: dict[str, Any], at: Place) -> Problem:
    sources = catalogue.schema("secret")["properties"]
    strange = [key for key in value if key not in sources]
    if strange:
        near = did_you_mean(strange[0], sources) or f"known sources: {', '.join(sources)}"
        sentence = f"{name} refers to an unknown source of secrets"
        return Problem("unknown-source", sentence, near, at)
    if len(value) != 1:
        sentence = f"{name} must refer to exactly one source, and a name there"
        return Problem("bad-reference", sentence, how_to_refer(name), at)
    source = next(iter(value))
    sentence = f"{name} refers to a name that {source} cannot have"
    return Problem("bad-reference", sentence, sources[source]["description"], at)
