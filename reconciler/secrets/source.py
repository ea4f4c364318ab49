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
