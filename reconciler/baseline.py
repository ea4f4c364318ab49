"""The baseline: a file of drift that is known and accepted, so that an old fleet can start clean.

Sorted JSON, one setting a line, so that a change of it can be read in a review. It holds what a
report shows, and so no secret. It is read as strictly as the desired state: a file that cannot be
understood is an error with its place, and never an empty baseline.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconciler.core.drift import CHANGED, Difference, Drift
from reconciler.core.problem import Invalid, Place, Problem
from reconciler.core.state import ProjectRef
from reconciler.desired.document import Document, read
from reconciler.desired.explain import faults
from reconciler.desired.syntax import Unreadable
from reconciler.report.view import safe_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.core.kind import Plain

FORMAT = "reconciler-baseline/1"
MOST_BYTES = 64 * 1024 * 1024
_WHOLE = 1 << 20
_HINT = "write it anew: remove the file, then run drift with --write-baseline"


def load(file: str, *, may_be_missing: bool = False) -> list[Drift]:
    """Read a baseline. Raises Invalid with all that is wrong with it."""
    if may_be_missing and not Path(file).exists():
        return []
    try:
        document = read(file, _content(file))
    except Unreadable as error:
        problem = replace(error.problem, hint=_HINT)
    else:
        return _Reader(document).drifts()
    raise Invalid([problem])


def render(drifts: Iterable[Drift]) -> str:
    """Write a baseline; the same drift gives the same text."""
    entries = [_entry(drift) for drift in sorted(drifts, key=lambda drift: drift.key)]
    return json.dumps({"format": FORMAT, "drift": entries}, indent=2, ensure_ascii=False) + "\n"


def as_kept(drift: Drift) -> Drift:
    """Give a drift as a baseline keeps it: what cannot be printed is a visible escape."""
    fields = sorted(
        Difference(_text(one.name), _kept(one.before), _kept(one.after)) for one in drift.fields
    )
    return replace(drift, type=_text(drift.type), fields=tuple(fields))


def _entry(drift: Drift) -> dict[str, Any]:
    kept = as_kept(drift)
    return {
        "project": kept.id,
        "name": _text(kept.project.name or ""),
        "type": kept.type,
        "kind": kept.kind,
        "fields": [one._asdict() for one in kept.fields],
    }


def _kept(value: Plain | None) -> Plain | None:
    return _text(value) if isinstance(value, str) else value


def _text(text: str) -> str:
    return safe_text(text, _WHOLE)


def _content(file: str) -> bytes:
    begin = Place(file, 1, 1)
    try:
        with Path(file).open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or "no such path").lower()
        hint = "check the path; with --write-baseline a new one is written"
        problem = Problem("unreadable-file", f"the baseline cannot be read: {reason}", hint, begin)
    else:
        if len(content) <= MOST_BYTES:
            return content
        problem = Problem("too-large", "the baseline is larger than 64 MiB", _HINT, begin)
    raise Unreadable(problem)


class _Reader:
    """Gathers the entries of one document, and what is wrong with any of them."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._problems = list(document.problems)

    def drifts(self) -> list[Drift]:
        whole = self._document.value
        found: dict[tuple[str, str], Drift] = {}
        if self._is_sound("file", "the baseline", whole, 0):
            for mark, item in self._items(whole["drift"]):
                drift = self._drift(item, mark)
                if drift and found.setdefault(drift.key, drift) is not drift:
                    sentence = f"{drift.type} of this project stands here a second time"
                    self._tell("duplicate-entry", sentence, mark)
        if self._problems:
            raise Invalid(self._problems)
        return list(found.values())

    def _drift(self, item: Any, mark: int) -> Drift | None:
        if not self._is_sound("drift", "an entry", item, mark):
            return None
        fields = tuple(sorted(self._fields(item["fields"]), key=lambda one: one.name))
        if bool(item["fields"]) is not (item["kind"] == CHANGED):
            self._tell("bad-entry", "fields belong to what is changed, and to nothing else", mark)
        ref = ProjectRef(item["project"], item.get("name") or None)
        return Drift(ref, item["project"], item["type"], item["kind"], fields)

    def _fields(self, items: Any) -> Iterator[Difference]:
        for mark, item in self._items(items):
            if self._is_sound("field", "a field", item, mark):
                one = Difference(item["name"], item["before"], item["after"])
                if any(isinstance(side, dict | list) for side in one):
                    self._tell("wrong-type", "before and after must be plain values", mark)
                yield one

    def _items(self, items: Any) -> Iterator[tuple[int, Any]]:
        yield from zip(self._document.marks(items), items, strict=True)

    def _is_sound(self, part: str, subject: str, instance: Any, mark: int) -> bool:
        found = faults(self._document, "baseline-v1", part, subject, instance, mark)
        self._problems += found
        return not found

    def _tell(self, code: str, sentence: str, mark: int) -> None:
        at = Place.of(self._document.file, mark)
        self._problems.append(Problem(code, sentence, _HINT, at))
