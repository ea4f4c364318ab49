"""`reconciler plan`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from reconciler import workflow
from reconciler.cli.ledger import RECEIPTS, take_ledger
from reconciler.cli.options import (
    CONNECT,
    FILE,
    GUARDS,
    LOOK,
    OUTPUT,
    PATHS,
    options,
    take_look,
    take_output,
    take_overrides,
    writable,
)
from reconciler.cli.output import show
from reconciler.cli.progress import progress
from reconciler.cli.proof import PROOF, PatternCommand, take_assertion, take_witnesses
from reconciler.cli.signals import stopping

if TYPE_CHECKING:
    from pathlib import Path

OWN = (
    click.option("--out", type=FILE, callback=writable, help="Write the plan here, for `apply`."),
    click.option(
        "--detailed-exitcode", "detailed", is_flag=True, help="Exit 2 when changes are pending."
    ),
)


@click.command(cls=PatternCommand)
@PATHS
@options(OWN, OUTPUT, LOOK, PROOF, RECEIPTS, GUARDS, CONNECT)
def command(out: Path | None, **given: Any) -> int:
    """Show what an apply would do."""
    output, look = take_output(given), take_look(given)
    look |= {"ledger": take_ledger(given), "witnesses": take_witnesses(given)}
    look |= {"assertion": take_assertion(given), "overrides": take_overrides(given)}
    with stopping(look["stop"]), progress() as told:
        report = workflow.plan(workflow.Job(**look, **given, progress=told))
    if out and report.digest:
        output = replace(output, files={**output.files, out: "json"})
    return show(report, output)
