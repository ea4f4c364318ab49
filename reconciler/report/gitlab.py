"""The report as GitLab's code quality JSON, which a merge request shows beside the lines.

The fields are those of https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from reconciler.report.findings import Level, findings, fingerprints

if TYPE_CHECKING:
    from reconciler.report.findings import Finding
    from reconciler.report.view import Report, Style

_SEVERITIES = {Level.ERROR: "critical", Level.WARNING: "major", Level.NOTE: "info"}
_NO_FILE = "."
"""A place is demanded, also of what is declared nowhere."""


def render(report: Report, style: Style) -> str:
    """Write a list of findings, the worst first; empty where there is nothing to tell."""
    found = findings(report, style)
    issues = [_issue(*pair) for pair in zip(found, fingerprints(found), strict=True)]
    return json.dumps(issues, indent=2) + "\n"


def _issue(finding: Finding, fingerprint: str) -> dict[str, object]:
    return {
        "check_name": finding.rule,
        "description": finding.message,
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[finding.level],
        "location": {
            "path": finding.file or _NO_FILE,
            "lines": {"begin": finding.at.line if finding.at else 1},
        },
    }
