"""`reconciler apply`."""

from __future__ import annotations

import json
import sys
from errno import EEXIST
from typing import TYPE_CHECKING, Any

import click

from reconciler import workflow
from reconciler.cli.ledger import RECEIPTS, take_ledger
from reconciler.cli.notices import NOTIFY
from reconciler.cli.options import (
    CONNECT,
    FILE,
    GUARDS,
    LOOK,
    OLD_FILE,
    OUTPUT,
    PATHS,
    Output,
    options,
    seconds,
    take_look,
    take_output,
    take_overrides,
    writable,
)
from reconciler.cli.output import show, style_of, write_file
from reconciler.cli.progress import progress
from reconciler.cli.proof import PROOF, PatternCommand, take_assertion, take_witnesses
from reconciler.cli.signals import read_line, stopping
from reconciler.report import FORMATS, Report

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

JOURNAL = click.option(
    "--journal", type=FILE, metavar="FILE",
    help="Note every write in this file before it is tried; `reconciler journal` reads it.",
)  # fmt: skip
WAVES = click.option(
    "--waves/--no-waves", default=True, show_default=True,
    help="Write canaries or one project first, then a tenth, then the rest, each once the last is"
    " verified; where 10 projects change, or a canary does.",
)  # fmt: skip
DEADLINE = click.option(
    "--deadline", type=click.FloatRange(0, min_open=True), callback=seconds, metavar="SECONDS",
    help="Begin no request later than so long after the start; the report says what was done.",
)  # fmt: skip
OWN = (
    click.option(
        "--plan", "plan_file", type=OLD_FILE, help="Apply this plan, or nothing if it is stale."
    ),
    click.option("--expect", metavar="DIGEST", help="Apply the plan with this digest, or nothing."),
    click.option("--yes", is_flag=True, help="Do not ask."),
    JOURNAL,
    WAVES,
    click.option(
        "--rollback",
        type=FILE,
        metavar="FILE",
        callback=writable,
        help="Before writing, put a desired state here that would bring back what was.",
    ),
    DEADLINE,
    click.option("--dry-run", is_flag=True, help="Write nothing; exit as `plan` does."),
    click.option(
        "--rehearse",
        is_flag=True,
        help="Apply to a copy of what is live, in memory, and show what comes of it. The API is"
        " only read, nobody is asked, and no journal, receipt or rollback is kept.",
    ),
    click.option(
        "--no-alert-check",
        "alert_check",
        is_flag=True,
        flag_value=False,
        default=True,
        help="Do not look, after writing, for alerts whose integration is gone.",
    ),
)


@click.command(cls=PatternCommand)
@PATHS
@options(OWN, NOTIFY, OUTPUT, LOOK, PROOF, RECEIPTS, GUARDS, CONNECT)
def command(plan_file: Path | None, yes: bool, **given: Any) -> int:  # noqa: FBT001 - an option
    """Make the desired state live: plan, ask, write, and look again."""
    if plan_file and given["expect"]:
        raise click.UsageError("--plan and --expect are two ways to say one thing: give one")
    rehearse = given.pop("rehearse")
    if rehearse and given["dry_run"]:
        raise click.UsageError("--dry-run ends before what --rehearse is to show: give one")
    answered = bool(yes or plan_file or given["expect"] or given["dry_run"] or rehearse)
    if not answered and not (sys.stdin and sys.stdin.isatty()):
        raise click.UsageError("there is no terminal to ask on: give --yes, --plan or --expect")
    output, look = take_output(given), take_look(given)
    look |= {"ledger": take_ledger(given), "witnesses": take_witnesses(given)}
    look |= {"rollback": _take_rollback(given.pop("rollback"))}
    look |= {"assertion": take_assertion(given), "overrides": take_overrides(given)}

    def approve(report: Report) -> bool:
        return answered or _ask(report, output)

    saved = _read_plan(plan_file) if plan_file else None
    if (deadline := given.pop("deadline")) is not None:
        look["stop"].end_after(deadline)
    with stopping(look["stop"]), progress() as told:
        job = workflow.Job(**look, **given, saved=saved, progress=told)
        report = workflow.rehearse(job) if rehearse else workflow.apply(job, approve)
    return show(report, output)


def _take_rollback(file: Path | None) -> Callable[[str], None] | None:
    """Give what writes the rollback: for its owner alone, and over no other file."""

    def write(text: str) -> None:
        if file and file.exists():
            raise FileExistsError(EEXIST, "the file is there already")
        if file:
            write_file(file, text)

    if file and file.exists():
        raise click.UsageError(f"{file} is there already: name another file for the rollback")
    return write if file else None


def _ask(report: Report, output: Output) -> bool:
    """Show the plan and ask, all on stderr: stdout is for the one report at the end."""
    click.echo(FORMATS["text"](report, style_of(sys.stderr, output)), err=True)
    click.echo("Apply this plan? [y/N]: ", nl=False, err=True)
    return read_line().strip().lower() in ("y", "yes")


def _read_plan(file: Path) -> dict[str, Any]:
    """Read a plan file; one that is none of ours is an empty plan, which is refused later."""
    try:
        saved = json.loads(file.read_bytes())
    except (ValueError, RecursionError):
        return {}
    return saved if isinstance(saved, dict) else {}
