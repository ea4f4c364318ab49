"""`reconciler drift`."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from reconciler import workflow
from reconciler.cli import output as outputs
from reconciler.cli.ledger import RECEIPTS, take_ledger
from reconciler.cli.notices import NOTIFY
from reconciler.cli.options import (
    CONNECT,
    FILE,
    LOOK,
    OUTPUT,
    PATHS,
    options,
    take_look,
    take_output,
    writable,
)
from reconciler.cli.progress import progress
from reconciler.cli.proof import DRIFT_PROOF, take_tolerated, take_witnesses
from reconciler.cli.signals import stopping
from reconciler.core.guard import Overrides

OVER_TIME = (
    click.option(
        "--baseline", type=FILE, help="Drift that is known: what is in this file exactly is told,"
        " and makes no exit 2.",
    ),
    click.option(
        "--write-baseline", is_flag=True, help="Put all drift that is found into the baseline.",
    ),
    click.option(
        "--history", type=FILE, metavar="DB", callback=writable,
        help="Record the run in this SQLite file, and tell what is new, still there and resolved.",
    ),
)  # fmt: skip


@click.command()
@PATHS
@options(OVER_TIME, NOTIFY, OUTPUT, LOOK, DRIFT_PROOF, RECEIPTS, CONNECT)
def command(**given: Any) -> int:
    """Show how live differs from the desired state; exits 2 when it does."""
    if given["notify"] and given["history"] is None:
        raise click.UsageError("--notify goes with --history DB, which knows the last run")
    over_time = _take_over_time(given)
    output, look = take_output(given), take_look(given)
    look |= {"ledger": take_ledger(given), "witnesses": take_witnesses(given), **over_time}
    look |= {"notify": given.pop("notify")}
    overrides = Overrides(unproven=take_tolerated(given))
    with stopping(look["stop"]), progress() as told:
        report = workflow.drift(workflow.Job(**look, overrides=overrides, progress=told))
    return outputs.show(report, output)


def _take_over_time(given: dict[str, Any]) -> dict[str, Any]:
    """Take what is known of earlier runs out of what was given. Raises UsageError for nonsense."""
    file, anew, history = (given.pop(name) for name in ("baseline", "write_baseline", "history"))
    if anew and file is None:
        raise click.UsageError("--write-baseline goes with --baseline FILE")
    if anew and given["secrets"] == "none":
        raise click.UsageError("--write-baseline needs all secrets: leave out --secrets none")
    if file is not None and file == history:
        raise click.UsageError(f"{file} is named by --baseline and by --history")
    return {
        "baseline": None if file is None else str(file),
        "write_baseline": partial(outputs.write_file, file) if anew else None,
        "history": history,
        "now": outputs.now(),
    }
