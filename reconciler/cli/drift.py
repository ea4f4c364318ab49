"""`reconciler drift`."""

from __future__ import annotations

from typing import Any

import click

from reconciler import workflow
from reconciler.cli.ledger import RECEIPTS, take_ledger
from reconciler.cli.options import CONNECT, LOOK, OUTPUT, PATHS, options, take_look, take_output
from reconciler.cli.output import show
from reconciler.cli.progress import progress
from reconciler.cli.proof import DRIFT_PROOF, take_tolerated, take_witnesses
from reconciler.cli.signals import stopping
from reconciler.core.guard import Overrides


@click.command()
@PATHS
@options(OUTPUT, LOOK, DRIFT_PROOF, RECEIPTS, CONNECT)
def command(**given: Any) -> int:
    """Show how live differs from the desired state; exits 2 when it does."""
    output, look = take_output(given), take_look(given)
    look |= {"ledger": take_ledger(given), "witnesses": take_witnesses(given)}
    overrides = Overrides(unproven=take_tolerated(given))
    with stopping(look["stop"]), progress() as told:
        report = workflow.drift(workflow.Job(**look, overrides=overrides, progress=told))
    return show(report, output)
