"""Every report that people read ends by saying what to do next, or that nothing is left."""

import pytest

from reconciler.core.change import Action, Change
from reconciler.core.plan import Operation, Outcome, Status
from reconciler.core.problem import Problem
from reconciler.core.state import ProjectRef
from reconciler.report import FORMATS, Report, Style

REF = ProjectRef("5d791c84ff7a2522cc4f9aa1", "payments")
PENDING = Change(REF, "SLACK", Action.UPDATE, "channelName differs")
KEPT = Change(REF, "DATADOG", Action.KEEP, "in sync")
ERROR = (Problem("x", "it failed"),)
AGAIN = "Next: mend what the errors name, then run the same command again."
APPLY_AGAIN = "Next: mend what the errors name, then run apply again: it writes only what is left."


def applied(status, code, **given):
    outcome = Outcome(Operation(1, "PUT", "/", PENDING), status)
    return Report(
        "apply", code, changes=(PENDING,), operations=(outcome.operation,), outcomes=(outcome,),
        performed=True, **given,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("report", "step"),
    [
        (
            Report("plan", 3, problems=ERROR),
            "Next: mend what the errors name; reconciler validate checks it offline.",
        ),
        (
            Report("plan", 0, changes=(PENDING,), digest="sha256:ab", applyable=True),
            "Next: reconciler apply --expect sha256:ab",
        ),
        (
            Report("plan", 2, changes=(PENDING,), digest="sha256:ab"),
            "Next: plan again with --secrets all.",
        ),
        (
            Report("plan", 4, changes=(PENDING,), problems=ERROR),
            "Next: if the plan is what you want, do what the errors name.",
        ),
        (Report("plan", 1, changes=(PENDING,), problems=ERROR), AGAIN),
        (
            Report("drift", 2, changes=(PENDING,)),
            "Next: reconciler plan shows how an apply would mend it.",
        ),
        (Report("drift", 1, problems=ERROR), AGAIN),
        (Report("drift", 130), "Next: run the same command again."),
        (applied(Status.FAILED, 5), APPLY_AGAIN),
        (applied(Status.SKIPPED, 143), APPLY_AGAIN),
    ],
)
def test_it_says_what_to_do_next(report, step):
    assert FORMATS["text"](report, Style()).endswith(f"\n{step}\n")
    assert step in FORMATS["html"](report, Style())
    assert step in FORMATS["markdown"](report, Style())


@pytest.mark.parametrize(
    "report",
    [
        Report("plan", 0, changes=(KEPT,), digest="sha256:ab", applyable=True),
        Report("drift", 0, changes=(KEPT,)),
        Report("validate", 0),
        Report("validate", 3, problems=ERROR),
        Report("apply", 0, changes=(PENDING,), digest="sha256:ab", applyable=True),
        Report("apply", 4, changes=(PENDING,)),
        applied(Status.DONE, 0, settled=True),
    ],
)
def test_it_says_nothing_where_nothing_is_left_or_all_is_said(report):
    for form in ("text", "html", "markdown"):
        assert "Next:" not in FORMATS[form](report, Style())
