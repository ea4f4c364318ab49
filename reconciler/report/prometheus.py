"""The report as Prometheus' text format, for the textfile collector of the node exporter.

A run that did not come to its end has no totals, so that no alert is lifted by it: alert on
`reconciler_run_success` and on the age of `reconciler_run_timestamp_seconds` as well.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from reconciler.core.change import Action
from reconciler.core.drift import KINDS
from reconciler.report.standing import age, is_known
from reconciler.report.view import Report, Style, left, safe_text, totals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.core.change import Change

_Samples = list[tuple[dict[str, str], float]]
_LAST = "last_success_timestamp_seconds"
_LAST_TEXT = "When a run last came to its end, in seconds since 1970."


def render(report: Report, style: Style) -> str:
    """Write each metric with its help, all gauges.

    Every sample names the command, so that the files of several may lie in one folder.
    """
    del style
    command = {"command": report.name}
    return "".join(
        line
        for name, text, samples in _metrics(report)
        for line in _lines(name, text, [(command | labels, value) for labels, value in samples])
    )


def _metrics(report: Report) -> Iterator[tuple[str, str, _Samples]]:
    """Give the name of each metric, its help, and its samples, which may be none."""
    yield "drift", "Integrations that differ from the desired state.", _drift(report)
    yield "known_drift", "Integrations that differ as the baseline says.", _known(report)
    text = "Since when an integration differs, in seconds since 1970."
    yield "drift_since_timestamp_seconds", text, _since(report)
    yield "ignored_drift", "Integrations whose difference is ignored.", _ignored(report)
    yield "integrations", "Integrations by what they need.", _totals(report)
    text = "Integrations with a secret of which nothing is shown."
    unverifiable = totals(report)["unverifiable"]
    yield "unverifiable_integrations", text, _one(unverifiable) if report.succeeded else []
    yield "problems", "Problems of the run, by severity.", _problems(report)
    text = "Whether the run came to its end, with drift or without."
    yield "run_success", text, _one(int(report.succeeded))
    yield "run_exit_code", "Exit code of the run.", _one(int(report.exit))
    if report.finished is not None:
        text = "When the run ended, in seconds since 1970."
        yield "run_timestamp_seconds", text, _one(report.finished)
    if report.took is not None:
        yield "run_duration_seconds", "How long the run took, in seconds.", _one(report.took)
    if report.finished is not None and report.succeeded:
        yield _LAST, _LAST_TEXT, _one(report.finished)


def _one(value: float) -> _Samples:
    """Give the one sample of a metric of the run as a whole."""
    return [({}, round(value, 3))]


def keep_last_success(text: str, before: str) -> str:
    """Carry the time of the last success over from the file that a failed run replaces."""
    kept = re.search(rf'(?m)^reconciler_{_LAST}{{command="[a-z]+"}} [0-9]+$', before)
    if f"reconciler_{_LAST}{{" in text or kept is None:
        return text
    name = f"reconciler_{_LAST}"
    return f"{text}# HELP {name} {_LAST_TEXT}\n# TYPE {name} gauge\n{kept[0]}\n"


def _drift(report: Report) -> _Samples:
    """Give a 1 for each integration that is to be changed, and for each that is not declared."""
    undeclared = (c for c in report.changes if c.action is Action.LEAVE and not c.held)
    pending = (change for change in left(report) if not is_known(report, change))
    changes = sorted([*pending, *undeclared], key=lambda change: change.key)
    return [(_labels(change, change.action), 1) for change in changes]


def _known(report: Report) -> _Samples:
    """Give a 1 for each integration that is to be changed, and that the baseline knows."""
    known = (change for change in left(report) if is_known(report, change))
    return [(_labels(change, change.action), 1) for change in known]


def _since(report: Report) -> _Samples:
    found = ((change, age(report, change)) for change in left(report))
    return [(_labels(change, change.action), known.since) for change, known in found if known]


def _ignored(report: Report) -> _Samples:
    """Give a 1 for each integration that would be among them, were it not ignored."""
    return [(_labels(change, change.held), 1) for change in report.changes if change.held]


def _labels(change: Change, action: Action) -> dict[str, str]:
    return {
        "project_id": change.project.id or "",
        "project": change.project.name or "",
        "type": change.type,
        "kind": KINDS[action],
    }


def _totals(report: Report) -> _Samples:
    """Count what is left to do; nothing is known of a run that was cut off."""
    if not report.succeeded:
        return []
    pending = left(report)
    counts = Counter(change.action for change in report.changes if not change.action.is_pending)
    counts += Counter(change.action for change in pending)
    made = (Action.CREATE, Action.UPDATE)
    counts[Action.KEEP] += sum(change.action in made for change in report.changes)
    counts[Action.KEEP] -= sum(change.action in made for change in pending)
    return [({"action": action}, counts[action]) for action in Action]


def _problems(report: Report) -> _Samples:
    errors = sum(problem.is_error for problem in report.problems)
    warnings = len(report.problems) - errors
    return [({"severity": "error"}, errors), ({"severity": "warning"}, warnings)]


def _lines(name: str, text: str, samples: _Samples) -> Iterator[str]:
    if samples:
        yield f"# HELP reconciler_{name} {text}\n# TYPE reconciler_{name} gauge\n"
    for labels, value in samples:
        told = ",".join(f'{label}="{_escape(text)}"' for label, text in labels.items())
        yield f"reconciler_{name}{{{told}}} {value}\n"


def _escape(text: str) -> str:
    r"""Write a label's value: of what is safe to print, `\` and `"` still have a meaning."""
    return safe_text(text).replace("\\", "\\\\").replace('"', '\\"')
