"""One YAML file as plain objects, with a place for every key and item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.core.problem import Place
from reconciler.desired.build import build
from reconciler.desired.characters import decode

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.desired.build import Built


def read(file: str, content: bytes) -> Document:
    """Read one file's content. Raises Unreadable at the first thing that cannot be taken."""
    return Document(file, build(file, decode(file, content)))


class Document:
    """What a file says, as dicts, lists and scalars of YAML 1.2's core schema.

    `problems` are duplicate keys, which do not stop the reading; the first one stands.
    """

    def __init__(self, file: str, built: Built) -> None:
        """Keep the objects alive: their positions are found by their identity."""
        self.file = file
        self.value = built.value
        self.problems = built.problems
        self._marks = built.marks

    def marks(self, container: dict[str, Any] | list[Any]) -> list[int]:
        """Give the packed positions of a mapping's keys, or a list's items, in their order."""
        return self._marks[id(container)]

    def placer(self, value: Any, mark: int) -> Callable[[str | None], Place]:
        """Give a function that finds a key of a mapping; else, and for None, where it begins."""
        keys = zip(value, self.marks(value), strict=True) if isinstance(value, dict) else ()
        marks = dict(keys)
        return lambda key: Place.of(self.file, marks.get(key, mark) if key is not None else mark)
