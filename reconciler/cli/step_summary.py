"""The summary of a step of GitHub Actions: the report as Markdown, beside the annotations."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.core.problem import warning
from reconciler.report import FORMATS, Style

if TYPE_CHECKING:
    from reconciler.core.problem import Problem
    from reconciler.report import Report

VARIABLE = "GITHUB_STEP_SUMMARY"
MOST = 1024 * 1024
"""Bytes; of a larger summary GitHub shows nothing at all."""


def summarize(report: Report) -> Problem | None:
    """Add the report to the summary of the step, if there is one; gives why that did not work.

    What other runs and programs have put there stays.
    """
    file = os.environ.get(VARIABLE)
    if not file:
        return None
    text = f"{FORMATS['markdown'](report, Style())}\n".encode("utf-8", "backslashreplace")
    try:
        with Path(file).open("ab") as stream:
            if stream.tell() + len(text) > MOST:
                return _unwritable("it would be larger than the 1 MiB that GitHub shows")
            stream.write(text)
    except (OSError, ValueError) as error:
        return _unwritable((getattr(error, "strerror", None) or "no such file").lower())
    return None


def _unwritable(why: str) -> Problem:
    sentence = f"the report is not in the summary of the step: {why}"
    hint = f"see what {VARIABLE} names; the run is not affected"
    return warning("summary-unwritable", sentence, hint)
