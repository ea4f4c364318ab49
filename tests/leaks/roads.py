"""Every command in every dialect and form, where nothing goes wrong but what is declared."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from reconciler.report import FORMATS
from tests.leaks.canaries import DIALECTS
from tests.leaks.case import Case

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.leaks.world import Planted, World

SIMULATE = ("--simulate", "state.db", "--seed", "live.seed.json")
RECEIPTS = ("--receipts", "receipts.json", "--receipts-key", "env:RECEIPTS_KEY")
JOURNAL = ("--journal", "journal.json", "--rollback", "rollback.out")
OVER_TIME = ("--history", "history.db", "--baseline", "baseline.json")
REKEY = (*RECEIPTS[:2], "--receipts-key", "env:OLD_RECEIPTS_KEY", *RECEIPTS[2:])
UPDATES = {"atlas": 10, "atlas-v1": 10, "cloud-manager": 10, "ops-manager": 12}
"""How many of what is live differs from what is declared."""
APPLY = ("apply", "d.yaml", "--yes", *SIMULATE)


def cases(planted: Planted) -> Iterator[Case]:
    """Give them all."""
    for api in DIALECTS:
        for name, lines in _scripts(api).items():
            for seeded in (True, False):
                label = f"{api}, {name}, {'live' if seeded else 'empty'}"
                yield Case(label, partial(_play, lines=lines), api, seeded=seeded)
        for form in FORMATS:
            yield Case(f"{api}, every report as {form}", partial(_report, form=form), api)


def allowed(api: str) -> tuple[str, ...]:
    """Give the option that lets an apply change what is live."""
    return ("--allow-updates", str(UPDATES[api]))


def _scripts(api: str) -> dict[str, list[tuple[str, ...]]]:
    go = (*APPLY, *allowed(api))
    drift = ("drift", "d.yaml", *SIMULATE)
    plan = ("plan", "d.yaml", *SIMULATE)
    return {
        "the road": [
            ("validate", "d.yaml"),
            (*plan, "--out", "plan.json", *allowed(api)),
            (
                "apply",
                "d.yaml",
                "--plan",
                "plan.json",
                "--verbose",
                *allowed(api),
                *SIMULATE,
                *JOURNAL,
            ),
            ("journal", "show", "journal.json"),
            (*drift, "--verbose"),
            ("targets", "d.yaml", *SIMULATE, "--output", "targets.json"),
        ],
        "receipts": [
            (*go, *RECEIPTS),
            (*drift, *RECEIPTS),
            ("receipts", "verify", "d.yaml", *SIMULATE, *RECEIPTS),
            ("receipts", "rekey", "d.yaml", *SIMULATE, *REKEY),
            ("receipts", "verify", "d.yaml", *SIMULATE, *RECEIPTS),
            ("receipts", "prune", "literal.yaml", *SIMULATE, *RECEIPTS),
        ],
        "export": [
            ("export", "--api", api, *SIMULATE),
            ("export", "--api", api, *SIMULATE, "--output", "live.yml", "--verbose"),
            (*go, "--format", "json"),
            ("export", "--api", api, *SIMULATE, "--output", "live.yml", "--force"),
        ],
        "written out": [
            ("validate", "literal.yaml", "--format", "json"),
            ("plan", "literal.yaml", *SIMULATE, "--out", "plan.json"),
            ("apply", "literal.yaml", "--yes", *SIMULATE, *allowed(api)),
            ("drift", "literal.yaml", *SIMULATE, "--format", "json"),
        ],
        "over time": [
            (*drift, *OVER_TIME, "--write-baseline"),
            (*drift, *OVER_TIME, "--type", "PAGER_DUTY"),
            (*drift, *OVER_TIME, "--secrets", "none"),
            (*go, "--format", "json"),
            *((*drift, *OVER_TIME, "--format", form) for form in FORMATS),
            ("drift", "literal.yaml", *SIMULATE, *OVER_TIME, "--write-baseline"),
            ("history", "list", "history.db", "--format", "json"),
            ("history", "list", "history.db"),
            ("history", "prune", "history.db", "--keep", "1"),
        ],
        "no secrets": [(*plan, "--secrets", "none"), (*drift, "--secrets", "none")],
        "asserted": [
            go,
            (*go, "--assert-secrets", "--allow-updates", "99"),
            (*plan, "--assert-secrets", "--on-unverifiable=fail", "--format", "json"),
            (*drift, "--on-consistent=fail", "--on-unverifiable=fail"),
        ],
        "pruned": [
            ("plan", "pruned.yaml", *SIMULATE),
            ("apply", "pruned.yaml", "--yes", *SIMULATE, "--allow-deletes", "99"),
            ("plan", "absent.yaml", *SIMULATE, "--format", "json"),
        ],
        "selected": [
            (*plan, "--project", "search", "--type", "PAGER_DUTY"),
            (*go, "--project", "pay*", "--dry-run", "--expect", "sha256:0"),
        ],
    }


def _play(world: World, lines: list[tuple[str, ...]]) -> None:
    document = json.loads(world.planted.desired[world.api])
    world.write("pruned.yaml", json.dumps({**document, "prune": True}))
    for project in document["projects"]:
        project["integrations"] = [
            {"type": one["type"], "ensure": "absent"} for one in project["integrations"]
        ]
    world.write("absent.yaml", json.dumps(document))
    for line in lines:
        world.run(*line)


def _report(world: World, form: str) -> None:
    for command in ("plan", "drift", "apply", "plan", "drift"):
        more = ("--yes", *allowed(world.api)) if command == "apply" else ()
        world.run(
            command, "d.yaml", *more, *SIMULATE, "--format", form, "--output", f"{command}.out"
        )
        world.run(command, "d.yaml", *more, *SIMULATE, "--format", form, "--verbose")
    world.run("validate", "d.yaml", "--format", form)
    world.run("schema")
