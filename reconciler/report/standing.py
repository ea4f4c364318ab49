"""How drift stands beside the baseline and the runs before, in words."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from reconciler.core.drift import drifts
from reconciler.report.view import safe_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from reconciler.core.change import Change
    from reconciler.core.drift import Drift
    from reconciler.core.past import Accepted, Age, Gone, Past
    from reconciler.report.view import Report

ANEW = "To write it anew: reconciler drift --baseline FILE --write-baseline"


class Ended(NamedTuple):
    """What of one integration drifted before: its settings, or none for it as a whole."""

    project: str
    name: str
    type: str
    kind: str
    fields: tuple[str, ...]
    since: int


def is_known(report: Report, change: Change) -> bool:
    """Tell whether the baseline has this drift."""
    return report.accepted is not None and change.key in report.accepted.known


def age(report: Report, change: Change) -> Age | None:
    """Say since when an integration has been drifting, where a history knows."""
    if report.past is None or not change.action.is_pending:
        return None
    [drift] = drifts([change])
    return report.past.age(drift)


def standing(report: Report, change: Change) -> str:
    """Say how one change stands, safe to print; empty where nothing is known of the past."""
    known, found = "known" if is_known(report, change) else "", age(report, change)
    if found is None:
        return known
    since = "new" if found.new else f"since {moment(found.since)}"
    fresh = f"new: {', '.join(map(safe_text, found.fresh))}" if found.fresh else ""
    return ", ".join(part for part in (known, since, fresh) if part)


def reason(report: Report, change: Change) -> str:
    """Say why, and first how it stands; safe to print."""
    first = standing(report, change)
    return f"{first}: {safe_text(change.reason)}" if first else safe_text(change.reason)


def in_short(report: Report) -> Iterator[str]:
    """Say what became of the drift since the last run, and of what is in the baseline."""
    if report.accepted:
        yield from _baseline(report, report.accepted)
    if report.past:
        yield _history(report, report.past)


def resolved(report: Report) -> Mapping[str, list[str]]:
    """Name what is so no longer, by where that is known from; every line is safe to print."""
    lines = {
        "No longer as in the baseline": report.accepted.resolved if report.accepted else (),
        "Resolved": ended(report.past.resolved) if report.past else (),
    }
    return {title: list(map(_told, gone)) for title, gone in lines.items() if gone}


def unseen(report: Report) -> list[str]:
    """Name what drifted when it was last looked at; every line is safe to print."""
    return list(map(_told, ended(report.past.unseen))) if report.past else []


def ended(gone: Iterable[Gone]) -> list[Ended]:
    """Put together what drifted in one integration, in one way, since one moment."""
    ordered = sorted(gone, key=lambda one: (one.item[:3], one.since, one.item.field))
    grouped = groupby(ordered, key=lambda one: (one.item[:3], one.since, one.name))
    return [
        Ended(
            key[0],
            name,
            key[1],
            key[2],
            tuple(one.item.field for one in own if one.item.field),
            since,
        )
        for (key, since, name), own in grouped
    ]


def moment(at: int) -> str:
    """Write a time for people, to the minute."""
    return _utc(at).strftime("%Y-%m-%dT%H:%MZ")


def timestamp(at: int) -> str:
    """Write a time for programs, to the second."""
    return _utc(at).strftime("%Y-%m-%dT%H:%M:%SZ")


def _utc(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _baseline(report: Report, accepted: Accepted) -> Iterator[str]:
    if accepted.written:
        count = len(accepted.known)
        yield f"Baseline: written, {count} integration{'s' * (count != 1)} of this run in it."
        return
    pending = [change for change in report.changes if change.action.is_pending]
    known = sum(is_known(report, change) for change in pending)
    yield f"Baseline: {known} known, {len(pending) - known} not in it."
    if accepted.resolved:
        yield ANEW


def _history(report: Report, past: Past) -> str:
    ages = [found for change in report.changes if (found := age(report, change))]
    new, gone, unseen = sum(a.new for a in ages), ended(past.resolved), ended(past.unseen)
    last = f"Since the last run, {moment(past.previous.at)}" if past.previous else "First run kept"
    if past.moments[-1].drift is None:
        return f"{last}: nothing was seen; {len(unseen)} drifted before."
    hidden = f"; {len(unseen)} of before could not be seen" if unseen else ""
    return f"{last}: {new} new, {len(ages) - new} still there, {len(gone)} resolved{hidden}."


def _told(one: Drift | Ended) -> str:
    """Name what drifted before, and since when, if that is known; safe to print."""
    if isinstance(one, Ended):
        return f"{_named(one.name, one.type, one.kind, one.fields)}, since {moment(one.since)}"
    names = [difference.name for difference in one.fields]
    return _named(str(one.project), one.type, one.kind, names)


def _named(name: str, type_: str, kind: str, fields: Iterable[str]) -> str:
    names = ", ".join(map(safe_text, fields))
    return f"{safe_text(name)} {safe_text(type_)} {safe_text(kind)}{f' ({names})' if names else ''}"
