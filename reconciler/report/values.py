"""How the settings of a change read: what is told of them, and in which words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.core.change import Action
from reconciler.core.secret import HIDDEN, Verdict
from reconciler.report.view import safe_text

if TYPE_CHECKING:
    from reconciler.core.change import Change, FieldChange
    from reconciler.core.kind import Plain


def told(change: Change) -> tuple[FieldChange, ...]:
    """Give the settings that a reader wants to see: all of what is to be done, else the strays.

    What is ignored is no less to be seen.
    """
    return tuple(
        field
        for field in change.fields
        if change.action.is_pending or field.ignored or field.verdict is Verdict.UNDECLARED
    )


def in_words(change: Change, field: FieldChange) -> str:
    """Say what becomes of a setting, on one line that is safe to print."""
    before, after, evidence = plain(field.before), _wanted(field), foundation(field)
    match field.verdict:
        case Verdict.UNDECLARED:
            return f"{before}, not declared"
        case Verdict.CONSISTENT | Verdict.UNVERIFIABLE if change.action is not Action.CREATE:
            return f"{after}, {field.verdict}{f' ({evidence})' if evidence else ''}"
        case _ if change.action is Action.CREATE:
            return after
        case _:
            return f"{before} → {after}{f', {evidence}' if evidence else ''}"


def foundation(field: FieldChange) -> str:
    """Say what there is to say beyond the verdict, safe to print: evidence, or a rule."""
    parts = [field.evidence, str(field.ignored or "")]
    return "; ".join(safe_text(part) for part in parts if part)


def sides(field: FieldChange) -> tuple[str, str]:
    """Show both sides of a setting, safe to print; empty where there is nothing."""
    before = "" if field.before is None else plain(field.before)
    return before, "" if field.after is None else _wanted(field)


def _wanted(field: FieldChange) -> str:
    """Show what is declared; what must not be seen of it is found where it is declared."""
    return "as declared" if field.after == HIDDEN else plain(field.after)


def plain(value: Plain | None) -> str:
    """Show a plain value, safe to print."""
    if value is None:
        return "(none)"
    if isinstance(value, bool):
        return "true" if value else "false"
    return safe_text(str(value)) if value != "" else '""'
