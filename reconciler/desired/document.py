"""Read one YAML file into plain objects, with a position for every key and item.

Built from the events of libyaml: several times faster than PyYAML's own constructors, which also
know no positions, let the last duplicate key win, and fall over hostile nesting.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml
from yaml.events import (
    AliasEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from reconciler.core.problem import Place, Problem, pack

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_DEPTH = 32
MOST_EVENTS = 4_000_000
MOST_ALIASED = 10_000

_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CORE = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("null", "Null", "NULL", "~", ""), None),
}
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})\Z")
"""Short decimal integers. Longer ones are ids of projects, and stay text as written."""
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_MEMO = 8192


class Document:
    """What a file says, as dicts, lists and scalars of YAML 1.2's core schema.

    `problems` are duplicate keys, which do not stop the reading; the first one stands.
    """

    def __init__(self, file: str, value: object, marks: dict[int, list[int]]) -> None:
        """Keep the objects alive: `marks` knows them by their identity."""
        self.file = file
        self.value = value
        self.problems: list[Problem] = []
        self._marks = marks

    def marks(self, container: dict[str, Any] | list[Any]) -> list[int]:
        """Give the packed positions of a mapping's keys, or a list's items, in their order."""
        return self._marks[id(container)]

    def place(self, mapping: dict[str, Any], key: str) -> Place:
        """Give the position of a key."""
        return Place.of(self.file, self.marks(mapping)[list(mapping).index(key)])

    def placer(self, value: Any, mark: int) -> Callable[[str | None], Place]:
        """Give a function that finds a key of a mapping; else, and for None, where it begins."""

        def find(key: str | None) -> Place:
            if key is None or not isinstance(value, dict) or key not in value:
                return Place.of(self.file, mark)
            return self.place(value, key)

        return find


class Unreadable(Exception):  # noqa: N818 - the state of the file
    """The file is no YAML that can be taken; carries the problem."""

    def __init__(self, problem: Problem) -> None:
        """Keep the problem."""
        super().__init__(problem.code)
        self.problem = problem


def read(file: str, content: bytes) -> Document:
    """Read one file's content. Raises Unreadable at the first thing that cannot be taken."""
    return _Builder(file).build(_text(file, content))


def _text(file: str, content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        place = Place(file, before.count(b"\n") + 1, error.start - before.rfind(b"\n"))
        problem = Problem("not-utf-8", "the file is not UTF-8", "save it as UTF-8", place)
    else:
        found = _FORBIDDEN.search(text)
        if found is None:
            return text
        start = found.start()
        place = Place(file, text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start))
        problem = Problem(
            "control-character",
            f"the invisible character U+{ord(found[0]):04X} is not allowed",
            "remove it, or write it as an escape between double quotes",
            place,
        )
    raise Unreadable(problem)


class _Builder:
    """Holds what the recursion over events shares: the parser, the marks, anchors and budgets."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._document = Document(file, None, {})
        self._marks = self._document._marks  # noqa: SLF001 - one object in two classes of a file
        self._memo: dict[str, Any] = dict(_CORE)
        self._anchors: dict[str, Any] = {}
        self._sizes: dict[int, int] = {}
        self._aliased = 0
        self._events = 0

    def build(self, text: str) -> Document:
        parser = _PARSER(text)
        self._next = parser.get_event
        trouble: Unreadable
        try:
            self._document.value = self._only_document()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = Place(self._file, mark.line + 1, mark.column + 1) if mark else None
            reason = error.problem or "cannot be read"
            trouble = Unreadable(Problem("yaml-syntax", reason, "mend the YAML here", place))
        else:
            return self._document
        finally:
            parser.dispose()
        raise trouble  # outside the handler: the original quotes the file's text

    def _only_document(self) -> object:
        self._next()
        event = self._next()
        if isinstance(event, StreamEndEvent):
            return None
        value = self._value(self._next(), 0)
        self._next()
        event = self._next()
        if not isinstance(event, StreamEndEvent):
            raise self._refuse(event, "several-documents", "a file holds one document", "split it")
        return value

    def _value(self, event: Event, depth: int) -> Any:
        kind = type(event)
        if kind is ScalarEvent:
            if event.anchor is None:
                return self._scalar(event)
            return self._anchored(event, self._scalar(event))
        if kind is AliasEvent:
            return self._alias(event)
        if depth > MOST_DEPTH:
            hint = f"at most {MOST_DEPTH} levels are read"
            raise self._refuse(event, "too-deep", "nested too deeply", hint)
        if event.tag is not None:
            raise self._refuse(event, "tag", "explicit tags are not allowed", "remove the tag")
        if event.anchor is not None:
            self._anchors[event.anchor] = _UNFINISHED
        value = (self._mapping if kind is MappingStartEvent else self._sequence)(depth)
        self._events += len(value)
        if self._events > MOST_EVENTS:
            hint = f"at most {MOST_EVENTS} events are read"
            raise self._refuse(event, "too-large", "the file holds too much", hint)
        return value if event.anchor is None else self._anchored(event, value)

    def _mapping(self, depth: int) -> dict[str, Any]:
        out: dict[str, Any] = {}
        marks: list[int] = []
        merged: list[dict[str, Any]] = []
        following, value = self._next, self._value
        while True:
            key = following()
            if type(key) is not ScalarEvent:
                if type(key) is MappingEndEvent:
                    break
                raise self._refuse(key, "bad-key", "a key must be plain text", "write it as text")
            mark = key.start_mark
            if key.value == "<<" and key.implicit[0]:
                merged += self._merge_sources(key, value(following(), depth + 1))
                continue
            name = key.value
            if name in out:
                self._duplicate(key, out, marks)
                value(following(), depth + 1)
                continue
            marks.append(pack(mark.line, mark.column))
            out[name] = value(following(), depth + 1)
        for source in merged:
            self._merge(out, marks, source)
        self._marks[id(out)] = marks
        return out

    def _sequence(self, depth: int) -> list[Any]:
        out: list[Any] = []
        marks: list[int] = []
        following, value = self._next, self._value
        while True:
            event = following()
            if type(event) is SequenceEndEvent:
                self._marks[id(out)] = marks
                return out
            mark = event.start_mark
            marks.append(pack(mark.line, mark.column))
            out.append(value(event, depth + 1))

    def _scalar(self, event: Any) -> Any:
        text = event.value
        if not event.implicit[0]:
            if event.tag is not None:
                raise self._refuse(event, "tag", "explicit tags are not allowed", "remove the tag")
            return text
        try:
            return self._memo[text]
        except KeyError:
            value = int(text) if _INT.match(text) else text
            if len(self._memo) < _MEMO:
                self._memo[text] = value
            return value

    def _anchored(self, event: Any, value: Any) -> Any:
        self._anchors[event.anchor] = value
        return value

    def _alias(self, event: Any) -> Any:
        value = self._anchors.get(event.anchor, _UNFINISHED)
        if value is _UNFINISHED:
            raise self._refuse(
                event, "alias", "the alias names no finished anchor", "define it further up"
            )
        self._aliased += self._size(value)
        if self._aliased > MOST_ALIASED:
            hint = f"aliases may stand for {MOST_ALIASED} nodes in all"
            raise self._refuse(event, "alias-expansion", "aliases expand to too much", hint)
        return value

    def _size(self, value: Any) -> int:
        """Count nodes as if every alias were written out, visiting each container once."""
        if not isinstance(value, dict | list):
            return 1
        if id(value) not in self._sizes:
            parts = value.values() if isinstance(value, dict) else value
            self._sizes[id(value)] = 1 + sum(self._size(part) for part in parts)
        return self._sizes[id(value)]

    def _merge_sources(self, key: Any, value: Any) -> list[dict[str, Any]]:
        sources = value if isinstance(value, list) else [value]
        if all(isinstance(source, dict) for source in sources):
            return sources
        raise self._refuse(
            key, "merge-key", "a merge key takes a mapping or a list of them", "name an alias"
        )

    def _merge(self, out: dict[str, Any], marks: list[int], source: dict[str, Any]) -> None:
        """Add what is not there yet; an earlier source wins over a later one."""
        for (name, value), mark in zip(source.items(), self._marks[id(source)], strict=True):
            if name not in out:
                out[name] = value
                marks.append(mark)

    def _duplicate(self, event: Any, out: dict[str, Any], marks: list[int]) -> None:
        first = Place.of(self._file, marks[list(out).index(event.value)])
        self._document.problems.append(
            Problem(
                "duplicate-key",
                f'the key "{event.value}" stands here a second time',
                f"the first one is at {first}; keep one of them",
                self._place(event),
            )
        )

    def _place(self, event: Any) -> Place:
        return Place(self._file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _refuse(self, event: Any, code: str, sentence: str, hint: str) -> Unreadable:
        return Unreadable(Problem(code, sentence, hint, self._place(event)))


_UNFINISHED = object()
