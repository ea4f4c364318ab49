"""What aliases stand for, within a budget: they are shared, yet counted as if written out."""

from __future__ import annotations

from typing import Any, NamedTuple

from reconciler.desired.syntax import refuse

MOST_DEPTH = 32
"""Levels of mappings and lists, one within the other."""
MOST_ALIASED = 10_000
"""Nodes that all aliases of a file may stand for."""


class _Measure(NamedTuple):
    """Nodes and levels of a value, as if every alias in it were written out."""

    nodes: int
    levels: int


_SCALAR = _Measure(1, 0)
_UNFINISHED = object()


class Anchors:
    """The anchors of one file. A name may be used again: an alias means the last one before it."""

    def __init__(self, file: str) -> None:
        """Know no anchor yet."""
        self._file = file
        self._values: dict[str, Any] = {}
        self._measures: dict[int, _Measure] = {}
        self._kept: list[Any] = []
        self._spent = 0

    def begin(self, name: str) -> None:
        """Say that a mapping or list with this anchor begins: no alias may stand for it yet."""
        self._values[name] = _UNFINISHED

    def define(self, name: str, value: Any) -> Any:
        """Give the value back. It is kept: measures know objects by their identity."""
        self._kept.append(value)
        self._values[name] = value
        return value

    def value(self, event: Any, depth: int) -> Any:
        """Give what an alias stands for. Raises Unreadable, without the name: it may be a secret.

        `depth` is the number of levels around the alias.
        """
        value = self._values.get(event.anchor, _UNFINISHED)
        if value is _UNFINISHED:
            sentence = "this alias names nothing that ends above it"
            hint = "define the anchor further up, or quote the text, if it begins with a *"
            raise refuse(self._file, event, "unknown-alias", sentence, hint)
        nodes, levels = self._measure(value)
        if depth + levels > MOST_DEPTH:
            raise too_deep(self._file, event)
        self._spent += nodes
        if self._spent > MOST_ALIASED:
            sentence = f"the aliases stand for more than {MOST_ALIASED:,} values in all"
            hint = "write some of them out, or split the file"
            raise refuse(self._file, event, "alias-expansion", sentence, hint)
        return value

    def _measure(self, value: Any) -> _Measure:
        """Visit each mapping and list once, however often it is shared."""
        if not isinstance(value, dict | list):
            return _SCALAR
        if id(value) not in self._measures:
            parts = value.values() if isinstance(value, dict) else value
            nodes, levels = 1, 0
            for part in map(self._measure, parts):
                nodes += part.nodes
                levels = max(levels, part.levels)
            self._measures[id(value)] = _Measure(nodes, levels + 1)
        return self._measures[id(value)]


def too_deep(file: str, event: Any) -> Exception:
    """Refuse what would be one level too many."""
    sentence = f"this is nested more than {MOST_DEPTH} levels deep"
    return refuse(file, event, "too-deep", sentence, "a desired state needs six; flatten it")
