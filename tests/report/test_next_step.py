"""Every report that people read ends by saying what to do next, or that nothing is left."""

from dataclasses import replace

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
            Report("plan", 3, problems=ERROR, offline=True),
            "Next: mend what the errors name; reconciler validate checks it offline.",
        ),
        (Report("plan", 3, problems=ERROR), AGAIN),
        (
            Report(
                "apply", 0, changes=(PENDING,), digest="sha256:ab", applyable=True, dry_run=True
            ),
            "Next: reconciler apply --expect sha256:ab",
        ),
        (
            Report("apply", 0, changes=(PENDING,), dry_run=True),
            "Next: plan again with --secrets all.",
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
        (applied(Status.FAILED, 143), APPLY_AGAIN),
        (
            applied(Status.SKIPPED, 143),
            "Next: run apply again: it writes only what is left.",
        ),
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


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_a_plan_that_was_tried_dry_has_the_digest_and_one_that_is_asked_about_has_not(form):
    plan = Report("apply", 0, changes=(PENDING,), digest="sha256:ab", applyable=True)
    dry = replace(plan, dry_run=True)
    assert "Digest" in FORMATS[form](dry, Style())
    if form == "text":
        assert "Digest" not in FORMATS[form](plan, Style())


@pytest.mark.parametrize("form", ["text", "markdown", "html", "csv"])
def test_an_apply_that_did_all_it_knew_of_and_is_not_whole_says_so(form):
    unread = FORMATS[form](
        applied(Status.DONE, 5, unread=(ProjectRef("1" * 24, "search"),)), Style()
    )
    assert "1 of 1 operation done." in unread
    assert "Incomplete: not everything could be read." in unread
    left = FORMATS[form](applied(Status.DONE, 5, problems=ERROR), Style())
    assert "Incomplete: the errors name what is left." in left
    failed = FORMATS[form](applied(Status.FAILED, 5), Style())
    assert "Incomplete" not in failed


@pytest.mark.parametrize("code", [1, 3, 130])
def test_only_what_could_have_written_says_that_nothing_was_written(code):
    assert "written" not in FORMATS["text"](Report("drift", code, problems=ERROR), Style())
    assert "Nothing was written." in FORMATS["text"](Report("apply", code), Style())
