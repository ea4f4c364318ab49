"""Shows a report. A new format is one file here and one line in the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.report import (
    csv,
    github,
    gitlab,
    html,
    json_v1,
    junit,
    markdown,
    prometheus,
    sarif,
    text,
)
from reconciler.report.view import Report, Style

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["FORMATS", "Report", "Style"]

FORMATS: Mapping[str, Callable[[Report, Style], str]] = {
    "text": text.render,
    "json": json_v1.render,
    "markdown": markdown.render,
    "html": html.render,
    "junit": junit.render,
    "sarif": sarif.render,
    "github": github.render,
    "gitlab": gitlab.render,
    "prometheus": prometheus.render,
    "csv": csv.render,
}
