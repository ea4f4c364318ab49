"""What a source of secrets is: a function from names to values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping


class Unresolved(Exception):  # noqa: N818 - the state of the reference
    """A secret cannot be had. Says why in a sentence, with the next step, and without the value."""

    def __init__(self, code: str, sentence: str, hint: str) -> None:
        """Keep what becomes a problem at each place that refers to the secret."""
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.hint = hint


Source = Callable[[Iterable[str]], Mapping[str, str | Unresolved]]
"""Fetches the given names, each once and all in one call; raises nothing."""
