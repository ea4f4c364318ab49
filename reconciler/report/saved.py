"""Hold a plan file against a fresh plan: a stale or edited file must do no harm."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from reconciler.core.problem import Problem
from reconciler.report.json_v1 import document

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.report.view import Report

_HINT = "plan again, look at the new plan, and apply that"
_FIXED = ("format", "api", "baseUrl", "digest", "applyable", "totals", "operations")
_MOST_NAMED = 5


def objections(saved: Mapping[str, Any], report: Report) -> list[Problem]:
    """Say why the saved plan is not what would be done now; nothing, where it is."""
    fresh = json.loads(json.dumps(document(report)))
    if saved.get("command") != "plan" or saved.get("format") != fresh["format"]:
        return [Problem("bad-plan-file", "the plan file is no plan of this tool", _HINT)]
    if saved.get("applyable") is not True:
        sentence = "the saved plan was marked as not applyable"
        return [Problem("not-applyable", sentence, _HINT)]
    before, after = _unplaced(saved.get("changes")), _unplaced(fresh["changes"])
    if before == after and all(saved.get(name) == fresh[name] for name in _FIXED):
        return []
    sentence = f"the saved plan is not what would be done now{_moved(before, after)}"
    return [Problem("stale-plan", sentence, _HINT)]


def _unplaced(changes: object) -> list[dict[str, Any]]:
    """Give changes without line numbers, which may move freely."""
    return [
        {name: value for name, value in change.items() if name != "at"}
        for change in (changes if isinstance(changes, list) else ())
        if isinstance(change, dict) and isinstance(change.get("project"), dict)
    ]


def _moved(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> str:
    """Name what moved. Both sides are reports, so there is no secret in them."""
    from deepdiff import DeepDiff  # noqa: PLC0415 - only a refused plan needs it

    old, new = ({_key(change): change for change in side} for side in (before, after))
    tree = DeepDiff(old, new, view="tree", threshold_to_diff_deeper=0)
    paths = (level.path(output_format="list") for part in tree.values() for level in part)
    keys = sorted({path[0] for path in paths if path})
    names = [_name(new.get(key) or old[key]) for key in keys[:_MOST_NAMED]]
    more = f" and {len(keys) - _MOST_NAMED} more" if len(keys) > _MOST_NAMED else ""
    return f"; moved since: {', '.join(names)}{more}" if names else ""


def _key(change: Mapping[str, Any]) -> str:
    return f"{change['project'].get('id')} {change.get('type')}"


def _name(change: Mapping[str, Any]) -> str:
    project = change["project"]
    return f"{project.get('name') or project.get('id')} {change.get('type')}"
