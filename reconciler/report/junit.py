"""The report as JUnit's XML, which CI systems show as tests: one for each integration.

Drift is a failure. What a plan would do is a skipped test, since it was not done; so is what is
left alone, ignored or known. The run itself is a test too, so that one that was cut off is never
all green.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from reconciler.core.change import Action
from reconciler.core.plan import Status
from reconciler.report.conclusion import conclusion
from reconciler.report.findings import LONGEST, kind_of
from reconciler.report.standing import is_known, reason
from reconciler.report.values import in_words, told
from reconciler.report.view import Report, Style, safe_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.core.change import Change
    from reconciler.core.plan import Outcome
    from reconciler.core.problem import Problem


def render(report: Report, style: Style) -> str:
    """Write one suite, its tests in the order of the report."""
    del style
    cases = [_run(report), *map(_problem, report.problems), *_changes(report)]
    suite = ET.Element("testsuite", name=f"reconciler {report.name}", tests=str(len(cases)))
    for counted, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(counted, str(sum(case.find(tag) is not None for case in cases)))
    suite.extend(cases)
    suites = ET.Element("testsuites", {**suite.attrib, "name": "reconciler"})
    suites.append(suite)
    ET.indent(suites)
    return ET.tostring(suites, encoding="unicode", xml_declaration=False) + "\n"


def _case(owner: str, name: str) -> ET.Element:
    return ET.Element("testcase", classname=owner, name=name)


def _run(report: Report) -> ET.Element:
    case = _case("reconciler", report.name)
    sentence = " ".join(conclusion(report).split("\n"))
    if report.succeeded:
        ET.SubElement(case, "system-out").text = sentence
    else:
        ET.SubElement(case, "error", type=f"exit {int(report.exit)}", message=sentence)
    return case


def _problem(problem: Problem) -> ET.Element:
    case = _case("reconciler", problem.code)
    where = safe_text(f"{problem.at}: " if problem.at else "", LONGEST)
    sentence = f"{where}{safe_text(problem.message, LONGEST)}"
    if problem.is_error:
        error = ET.SubElement(case, "error", type=problem.code, message=sentence)
        error.text = safe_text(problem.hint, LONGEST)
    else:
        ET.SubElement(case, "system-out").text = f"warning: {sentence}"
    return case


def _changes(report: Report) -> Iterator[ET.Element]:
    outcomes = {
        outcome.operation.change.key: outcome
        for outcome in (report.outcomes or ())
        if report.performed
    }
    for change in report.changes:
        case = _case(safe_text(str(change.project)), safe_text(change.type))
        outcome = outcomes.get(change.key)
        if outcome is not None:
            _done(case, outcome)
        elif change.action is not Action.KEEP or change.held:
            _told(case, report, change)
        yield case


def _done(case: ET.Element, outcome: Outcome) -> None:
    """Say what became of an operation; only one that is done is a test passed."""
    sentence = f"{outcome.status}: {safe_text(outcome.detail, LONGEST)}"
    if outcome.status is Status.SKIPPED:
        ET.SubElement(case, "skipped", message=sentence)
    elif outcome.status is not Status.DONE:
        ET.SubElement(case, "failure", type=outcome.status, message=sentence)


def _told(case: ET.Element, report: Report, change: Change) -> None:
    kind = kind_of(change)
    sentence = f"{kind}: {reason(report, change)}"
    counts = report.command == "drift" and not is_known(report, change)
    if counts and change.action.is_pending:
        part = ET.SubElement(case, "failure", type=kind, message=sentence)
    else:
        part = ET.SubElement(case, "skipped", message=sentence)
    lines = [f"{safe_text(field.name)}: {in_words(change, field)}" for field in told(change)]
    at = [safe_text(str(change.at), LONGEST)] if change.at else []
    part.text = "\n".join([*at, *lines])
