"""The report as workflow commands of GitHub Actions: annotations at the file and line.

Syntax and escapes are those of the runner, https://github.com/actions/toolkit, `command.ts`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.report.conclusion import conclusion
from reconciler.report.findings import Level, findings

if TYPE_CHECKING:
    from reconciler.report.findings import Finding
    from reconciler.report.view import Report, Style

_COMMANDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}


def render(report: Report, style: Style) -> str:
    """Write a command a line, the worst first: GitHub shows ten of each level."""
    lines = [_line(finding) for finding in findings(report, style)]
    if report.succeeded and not report.rehearsal:
        lines.append(f"::notice title=reconciler {report.name}::{_data(conclusion(report))}")
    return "\n".join(lines) + "\n"


def _line(finding: Finding) -> str:
    properties = {"title": f"reconciler: {finding.rule}"}
    if finding.at:
        place = {"file": finding.file, "line": finding.at.line, "col": finding.at.column}
        properties = {name: str(value) for name, value in place.items()} | properties
    told = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{_COMMANDS[finding.level]} {told}::{_data(finding.message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
