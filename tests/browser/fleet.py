"""A report of a fleet of any size, with every state in it, as `drift` would make it."""

from __future__ import annotations

from reconciler.core.change import Action, Change, FieldChange
from reconciler.core.problem import Place, warning
from reconciler.core.secret import Verdict
from reconciler.core.state import ProjectRef
from reconciler.report import FORMATS, Report, Style

TYPES = ("DATADOG", "MICROSOFT_TEAMS", "OPS_GENIE", "PAGER_DUTY", "SLACK", "WEBHOOK")
ENDED = 1_700_000_000


def page(size: int) -> str:
    """Write the page of a fleet."""
    return FORMATS["html"](report(size), Style())


def report(size: int) -> Report:
    """Make a report of so many projects with six integrations each."""
    changes = [_change(number, slot) for number in range(size) for slot in range(len(TYPES))]
    return Report(
        "drift",
        2,
        api="atlas",
        base_url="https://cloud.mongodb.com",
        changes=tuple(sorted(changes, key=lambda change: change.key)),
        problems=(warning("retired-type", "one is retired", "move on", Place("a.yaml", 3, 4)),),
        finished=ENDED,
    )


def _change(number: int, slot: int) -> Change:
    """One in fifty is changed, one missing, one not declared, and of one nothing is shown."""
    name = f"team-{number % 37}-service-{number}"
    ref = ProjectRef(f"{number * 0x9E3779B97F4A7C15F39CC0605 % 2**96:024x}", name)
    at = Place(f"fleet/team-{number % 37}.yaml", 10 + number * 7 + slot, 9)
    key = FieldChange("apiKey", "(masked)", f"env:KEY_{number}", Verdict.CONSISTENT, "1 in 65,536")
    region = FieldChange("region", "US", "EU", Verdict.DIFFERENT)
    hidden = FieldChange("url", "(masked)", "env:HOOK", Verdict.UNVERIFIABLE)
    type_, turn = TYPES[slot], (number * 7 + slot * 13) % 50
    if turn == 0:
        return Change(ref, type_, Action.UPDATE, "region differs", (region, key), pruned_by=at)
    if turn == 1:
        return Change(ref, type_, Action.CREATE, "not there yet", (region,), pruned_by=at)
    if turn == 2:
        return Change(ref, type_, Action.LEAVE, "not declared")
    fields = (hidden,) if turn == 3 else (key,) if turn % 2 else ()
    return Change(ref, type_, Action.KEEP, "in sync", fields, pruned_by=at)
