"""What a source of secrets is: a function from names to values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A secret that cannot be had: why, in a sentence, and the next step; never the value.

    It becomes a problem at each place that refers to the secret.
    """

    code: str
    sentence: str
    hint: str


Source = Callable[[Iterable[str]], Mapping[str, str | Unresolved]]
"""Fetches the given names, each once and all in one call; raises nothing."""


def forbidden(name: str) -> Unresolved:
    """Refuse what holds this tool's own credentials: a pull request must not send them away."""
    sentence = f"{name} holds this tool's own credentials, which no integration may get"
    return Unresolved("forbidden-secret", sentence, "refer to another secret")
