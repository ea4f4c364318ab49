"""The report as SARIF 2.1.0, which code scanning and editors read.

What has a place in a file is a result; what has none, which GitHub would refuse the whole file
for, is a notification of the run.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from reconciler import __version__
from reconciler.report.findings import findings, fingerprints

if TYPE_CHECKING:
    from reconciler.core.problem import Place
    from reconciler.report.findings import Finding
    from reconciler.report.view import Report, Style

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_PLACEHOLDER = re.compile(r"\{(?=\d+\})")


def render(report: Report, style: Style) -> str:
    """Write a log of one run."""
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(report, style)]}
    return json.dumps(log, indent=2) + "\n"


def _run(report: Report, style: Style) -> dict[str, Any]:
    found = findings(report, style)
    named = [*zip(found, fingerprints(found), strict=True)]
    rules = sorted({finding.rule for finding in found})
    driver = {"name": "reconciler", "version": __version__, "rules": [{"id": id} for id in rules]}
    return {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"reconciler/{report.name}/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report, found)],
        "results": [
            _result(finding, finding.at, name) for finding, name in named if finding.at is not None
        ],
    }


def _invocation(report: Report, found: list[Finding]) -> dict[str, Any]:
    ended = {}
    if report.finished is not None:
        moment = datetime.fromtimestamp(report.finished, UTC)
        ended = {"endTimeUtc": moment.strftime("%Y-%m-%dT%H:%M:%SZ")}
    return {
        "executionSuccessful": report.succeeded,
        "exitCode": report.exit,
        **ended,
        "toolExecutionNotifications": [
            {
                "descriptor": {"id": finding.rule},
                "level": finding.level,
                "message": _message(finding),
            }
            for finding in found
            if finding.at is None
        ],
    }


def _result(finding: Finding, at: Place, fingerprint: str) -> dict[str, Any]:
    place = {
        "artifactLocation": {"uri": _uri(finding.file)},
        "region": {"startLine": at.line, "startColumn": at.column},
    }
    return {
        "ruleId": finding.rule,
        "level": finding.level,
        "message": _message(finding),
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"reconciler/v1": fingerprint},
    }


def _message(finding: Finding) -> dict[str, str]:
    """Give a text in which nothing is a link or a placeholder: sections 3.11.5 and 3.11.6."""
    text = finding.message.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
    return {"text": _PLACEHOLDER.sub(r"\\u007b", text)}


def _uri(file: str) -> str:
    """Give a path as a reference that names no other place: relative as it is, or of a file."""
    path = quote(file, safe="/")
    return f"file:///{path.lstrip('/')}" if path.startswith("/") else path
