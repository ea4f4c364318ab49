"""What a source of secrets is: a function from names to values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Resolved:
    """A value on its way from its source into a `Secret`.

    `version` and `created` are None where the source does not know them. `created` is when this
    very value was made: where a version holds several, another may be what changed, so that time
    would make a secret look rotated that is not.
    """

    value: str = field(repr=False)
    version: str | None = None
    created: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A secret that cannot be had: why, in a sentence, and the next step; never the value.

    It becomes a problem at each place that refers to the secret; with `everywhere`, when it is the
    source itself that cannot be used, at the first such place alone.
    """

    code: str
    sentence: str
    hint: str
    everywhere: bool = False


class Unavailable(Exception):
    """Says within a source why a secret cannot be had; never leaves the source."""

    def __init__(self, why: Unresolved) -> None:
        """Keep the reason, which is all that will be told."""
        super().__init__(why.code)
        self.why = why


Answer = Resolved | Unresolved
Source = Callable[[Sequence[str]], Mapping[str, Answer]]
"""Fetches the given names, each once and all in one call; raises nothing but what ends the run."""


def missing(sentence: str, hint: str) -> Unavailable:
    """Say why one secret cannot be had."""
    return Unavailable(Unresolved("unresolved-secret", sentence, hint))


def down(sentence: str, hint: str) -> Unavailable:
    """Say why nothing can be had from a source."""
    return Unavailable(Unresolved("source-unavailable", sentence, hint, everywhere=True))


def odd(what: str, error: Exception) -> Unavailable:
    """Say that a library stumbled over what it was answered; its own words may quote that."""
    sentence = f"{what} cannot be read: the answer is not what the store gives"
    hint = f"see what else may have answered, such as a proxy ({type(error).__name__})"
    return missing(sentence, hint)


def forbidden(name: str) -> Unresolved:
    """Refuse what holds this tool's own credentials: a pull request must not send them away."""
    sentence = f"{name} holds this tool's own credentials, which no integration may get"
    return Unresolved("forbidden-secret", sentence, "refer to another secret")


def library(module: str, source: str) -> Any:
    """Import what a source needs. Raises Unavailable where its extra is not installed."""
    try:
        return import_module(module)
    except ImportError:
        pass
    hint = f"pip install 'atlas-reconciler[{source}]'"
    sentence = f"the source {source} needs a library that is not installed"
    raise Unavailable(Unresolved("missing-extra", sentence, hint, everywhere=True))


def split_version(name: str) -> tuple[str, str | None]:
    """Take the version off a name: what stands behind its last `@`; None where there is no `@`."""
    head, at, version = name.rpartition("@")
    return (head, version) if at else (name, None)
