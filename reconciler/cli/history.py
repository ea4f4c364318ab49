"""`reconciler history`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from reconciler import history
from reconciler.cli import output
from reconciler.cli.options import OLD_FILE
from reconciler.core.exits import Exit
from reconciler.report.standing import moment, timestamp
from reconciler.report.view import safe_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FORMAT = "reconciler-history/1"
_DAY = 24 * 60 * 60
_COUNTS = ("missing", "changed", "unwanted", "new", "resolved", "unseen")
_ROW = "{:>4}  {:17}  {:>4}  {:>7}  {:>7}  {:>8}  {:>3}  {:>8}  {:>6}"
_HEAD = _ROW.format("RUN", "TIME", "EXIT", *map(str.upper, _COUNTS))

DB = click.argument("db", type=OLD_FILE)


@click.group()
def command() -> None:
    """Look after what `drift --history` keeps: its runs, and what drifted from when to when."""


@command.command("list")
@DB
@click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True,
    help="Form of the output.",
)  # fmt: skip
def list_(db: Path, format_: str) -> int:
    """Show every run, the latest last; as JSON, with all that ever drifted."""
    try:
        with history.opened(db, create=False, writing=False) as connection:
            runs, items = history.runs(connection), history.everything(connection)
    except history.HistoryError as error:
        return _fail(error)
    if format_ == "json":
        click.echo(json.dumps(_document(runs, items), indent=2))
    else:
        for line in _table(runs):
            click.echo(line)
    return Exit.OK


@command.command()
@DB
@click.option(
    "--keep", type=click.IntRange(0), metavar="N", help="Keep the latest N runs, however old."
)
@click.option(
    "--older-than", "days", type=click.FloatRange(0, 36500), metavar="DAYS",
    help="Drop only what is older.",
)  # fmt: skip
def prune(db: Path, keep: int | None, days: float | None) -> int:
    """Drop old runs, and what was resolved in them; what still drifts keeps its age."""
    if keep is None and days is None:
        raise click.UsageError("say what to drop: --keep N, --older-than DAYS, or both")
    before = None if days is None else int(output.now() - days * _DAY)
    try:
        with history.opened(db, create=False) as connection:
            dropped, left = history.prune(connection, keep or 0, before)
    except history.HistoryError as error:
        return _fail(error)
    click.echo(f"{dropped} dropped, {left} kept.")
    return Exit.OK


def _fail(error: history.HistoryError) -> int:
    click.echo(f"reconciler: bad-history: {safe_text(error.sentence, 2000)}", err=True)
    click.echo(f"    {error.hint}", err=True)
    return Exit.FAILED


def _table(runs: list[dict[str, Any]]) -> Iterator[str]:
    addresses = list(dict.fromkeys(run["base_url"] for run in runs))
    for address in addresses:
        yield safe_text(f"Runs at {address}" if address else "Runs that did not get to an API")
        yield _HEAD
        for run in runs:
            if run["base_url"] == address:
                counts = ("-" if run[name] is None else run[name] for name in _COUNTS)
                yield _ROW.format(run["id"], moment(run["at"]), run["exit"], *counts)
        yield ""
    yield f"{len(runs)} run{'s' * (len(runs) != 1)}."


def _document(runs: list[dict[str, Any]], items: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "runs": [{**_named(run), "at": timestamp(run["at"])} for run in runs],
        "drift": [{**_named(item), "since": timestamp(item["since"])} for item in items],
    }


def _named(row: dict[str, Any]) -> dict[str, Any]:
    """Name columns as the JSON of reports does."""
    return {{"base_url": "baseUrl"}.get(name, name): value for name, value in row.items()}
