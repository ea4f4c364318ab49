"""Build plain objects from the events of libyaml, with a position for every key and item.

Several times faster than PyYAML's own constructors, which also know no positions, let the last
duplicate key win, and fall over hostile nesting.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import yaml
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from reconciler.core.problem import Place, Problem, pack, quote
from reconciler.desired.anchors import MOST_DEPTH, Anchors, too_deep
from reconciler.desired.scalars import Scalars
from reconciler.desired.syntax import Unreadable, explain_syntax, refuse

if TYPE_CHECKING:
    from collections.abc import Callable

    Mapping = dict[str, Any]

MOST_EVENTS = 4_000_000

_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NOT_YAML = (yaml.YAMLError, ValueError, OverflowError)
"""The latter two come from PyYAML's own parser, at an escape beyond Unicode."""
_FAR_TOO_DEEP = "exceeded maximum nesting depth"
_LINE = pack(1, 0)
"""What one line adds to a packed position: a call for each of a million keys takes time."""
_KEY = "write it as text; what begins with { or [ has to be quoted"


class Built(NamedTuple):
    """What a file says.

    `marks` are the packed positions of each mapping's keys and each list's items, found by the
    container's identity. `problems` are duplicate keys, which did not stop the building.
    """

    value: Any
    marks: dict[int, list[int]]
    problems: list[Problem]


def build(file: str, text: str) -> Built:
    """Build the one document of a file. Raises Unreadable at the first thing not to be taken."""
    try:
        parser = _PARSER(text)
        try:
            return _Builder(file, parser.get_event).document()
        finally:
            parser.dispose()
    except _NOT_YAML as error:
        end = _far_too_deep(error)
        problem = explain_syntax(file, error)
    if end is not None:  # what leads there is too deep for us, and has events
        return build(file, text[:end])
    raise Unreadable(problem)  # outside the handler: the original quotes the file's text


def _far_too_deep(error: Exception) -> int | None:
    """Give where libyaml meets its own limit of nesting, which may be before our first event.

    It looks ahead for the end of a key. Since its version 0.2.6 the limit is 1,000 levels.
    """
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem != _FAR_TOO_DEEP:
        return None
    return error.problem_mark.index if error.problem_mark else None


class _Builder:
    """Holds what the recursion over events shares: the parser, the marks, anchors and budgets."""

    def __init__(self, file: str, following: Callable[[], Any]) -> None:
        self._file = file
        self._next = following
        self._marks: dict[int, list[int]] = {}
        self._problems: list[Problem] = []
        self._plain = Scalars()
        self._anchors = Anchors(file)
        self._left = MOST_EVENTS

    def document(self) -> Built:
        self._next()
        event = self._next()
        value = None
        if type(event) is not StreamEndEvent:
            value = self._value(self._next(), 0)
            self._next()
            event = self._next()
        if type(event) is not StreamEndEvent:
            hint = "put each document into a file of its own, or remove the `---`"
            sentence = "a second document begins here"
            raise refuse(self._file, event, "several-documents", sentence, hint)
        return Built(value, self._marks, self._problems)

    def _value(self, event: Any, depth: int) -> Any:
        """Build what an event begins; `depth` is the number of levels around it."""
        kind = type(event)
        if kind is ScalarEvent:
            return self._scalar(event)
        if kind is AliasEvent:
            return self._anchors.value(event, depth)
        if depth >= MOST_DEPTH:
            raise too_deep(self._file, event)
        if event.tag is not None:
            raise self._tagged(event)
        if event.anchor is not None:
            self._anchors.begin(event.anchor)
        value = (self._mapping if kind is MappingStartEvent else self._sequence)(depth + 1)
        return value if event.anchor is None else self._anchors.define(event.anchor, value)

    def _mapping(self, depth: int) -> Mapping:
        out: Mapping = {}
        marks: list[int] = []
        odd: list[tuple[int, str, Any]] = []
        following, value, plain = self._next, self._value, self._plain
        for _ in range(self._left // 2 + 1):
            key = following()
            kind = type(key)
            if kind is not ScalarEvent:
                break
            name, start = key.value, key.start_mark
            mark = start.line * _LINE + start.column
            if key.anchor is not None or key.tag is not None:
                self._scalar(key)
            if name in out or (name == "<<" and key.implicit[0]):
                odd.append((mark, name, value(following(), depth)))
                continue
            marks.append(mark)
            event = following()
            if type(event) is ScalarEvent and event.anchor is None and event.tag is None:
                out[name] = plain[event.value] if event.implicit[0] else event.value
            else:
                out[name] = value(event, depth)
        self._spend(2 * (len(marks) + len(odd)) + 1, key)
        if kind is not MappingEndEvent:
            raise refuse(self._file, key, "bad-key", "a key must be plain text", _KEY)
        self._marks[id(out)] = marks
        if odd:
            self._take_odd(out, marks, odd)
        return out

    def _sequence(self, depth: int) -> list[Any]:
        out: list[Any] = []
        marks: list[int] = []
        following, value = self._next, self._value
        for _ in range(self._left + 1):
            event = following()
            if type(event) is SequenceEndEvent:
                break
            start = event.start_mark
            marks.append(start.line * _LINE + start.column)
            out.append(value(event, depth))
        self._spend(len(marks) + 1, event)
        self._marks[id(out)] = marks
        return out

    def _scalar(self, event: Any) -> Any:
        if event.tag is not None:
            raise self._tagged(event)
        text = event.value
        value = self._plain[text] if event.implicit[0] else text
        return value if event.anchor is None else self._anchors.define(event.anchor, value)

    def _take_odd(self, out: Mapping, marks: list[int], odd: list[tuple[int, str, Any]]) -> None:
        """Tell of the keys that stand twice, and merge what `<<` names."""
        firsts = dict(zip(out, marks, strict=True))
        for mark, name, value in odd:
            first = firsts.setdefault(name, mark)
            at = Place.of(self._file, mark)
            if first != mark:
                self._problems.append(_duplicate(name, at, Place.of(self._file, first)))
                continue
            sources = value if isinstance(value, list) else [value]
            if not all(isinstance(source, dict) for source in sources):
                raise Unreadable(_bad_merge(at))
            for source in sources:
                self._merge(out, marks, source)

    def _merge(self, out: Mapping, marks: list[int], source: Mapping) -> None:
        """Add what is not there yet; an earlier source wins over a later one."""
        for (name, value), mark in zip(source.items(), self._marks[id(source)], strict=True):
            if name not in out:
                out[name] = value
                marks.append(mark)

    def _spend(self, events: int, end: Any) -> None:
        """Count what stands in a mapping or list, and its end; its start counts one level up."""
        self._left -= events
        if self._left < 0:
            sentence = f"the file holds more than {MOST_EVENTS:,} keys and values"
            raise refuse(self._file, end, "too-large", sentence, "split it into several files")

    def _tagged(self, event: Any) -> Exception:
        hint = "remove the tag; quote the text, if it begins with !"
        return refuse(self._file, event, "tag", "explicit tags are not allowed", hint)


def _duplicate(name: str, at: Place, first: Place) -> Problem:
    sentence = f"the key {quote(name)} stands here a second time"
    return Problem("duplicate-key", sentence, f"the first one is at {first}; keep one of them", at)


def _bad_merge(at: Place) -> Problem:
    sentence = "a merge key takes a mapping, or a list of mappings"
    return Problem("bad-merge", sentence, "name an alias of a mapping", at)
