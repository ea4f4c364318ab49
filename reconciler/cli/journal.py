"""`reconciler journal`."""

from __future__ import annotations

import json
import textwrap
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

import click

from reconciler.cli.options import OLD_FILE
from reconciler.core.exits import Exit
from reconciler.journal import Entry, Event, in_doubt, read
from reconciler.report.view import safe_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

FORMAT = "reconciler-journal/1"
_WIDTH = 80
_ROW = "{:>4}  {:6}  {:>5}  {:24}  {:15}  {}"
_HEAD = _ROW.format("NO", "METHOD", "TRIES", "PROJECT", "TYPE", "OUTCOME")


@click.group()
def command() -> None:
    """Read what `apply --journal` wrote: which writes were tried, and what came of each."""


@command.command()
@click.argument("file", type=OLD_FILE)
@click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True,
    help="Form of the output.",
)  # fmt: skip
def show(file: Path, format_: str) -> int:
    """Show every run of a journal, and each of its operations with its outcome."""
    entries = read(file.read_text(encoding="utf-8", errors="replace"))
    if format_ == "json":
        click.echo(_document(entries))
    else:
        for line in _lines(entries):
            click.echo(line)
    return Exit.OK


def _document(entries: list[Entry]) -> str:
    shown = [{name: part for name, part in asdict(entry).items() if part} for entry in entries]
    doubts = [{"run": entry.run, "number": entry.number} for entry in in_doubt(entries)]
    return json.dumps({"format": FORMAT, "entries": shown, "inDoubt": doubts}, indent=2)


@dataclass
class _Row:
    """One operation of a run: its last entry says what is known of it."""

    last: Entry
    method: str = "-"
    tries: int = 0


@dataclass
class _Told:
    """One run: its operations by number, and what it found of earlier ones."""

    time: str = ""
    ended: bool = False
    rows: dict[int, _Row] = field(default_factory=dict)
    found: list[Entry] = field(default_factory=list)

    def take(self, entry: Entry) -> None:
        self.time = self.time or entry.time
        if entry.event == Event.END:
            self.ended = True
        elif entry.event == Event.FOUND:
            self.found.append(entry)
        elif entry.event in (Event.INTENT, Event.OUTCOME):
            row = self.rows.setdefault(entry.number, _Row(entry))
            row.last = entry
            if entry.event == Event.INTENT:
                row.method, row.tries = entry.method, row.tries + 1


def _lines(entries: list[Entry]) -> Iterator[str]:
    """Give the table, 80 columns wide."""
    runs: dict[str, _Told] = {}
    for entry in entries:
        runs.setdefault(entry.run, _Told()).take(entry)
    doubts = {(entry.run, entry.number) for entry in in_doubt(entries)}
    for run, told in runs.items():
        yield from _run(run, told, {number for name, number in doubts if name == run})
    count = f"{len(doubts)} in doubt" if doubts else "nothing in doubt"
    yield f"{len(runs)} run{'s' * (len(runs) != 1)}, {count}."


def _run(name: str, told: _Told, doubts: set[int]) -> Iterator[str]:
    end = "came to its end" if told.ended else "did not come to its end"
    yield f"Run {safe_text(name, 8)} of {safe_text(told.time[:19], 19)}Z {end}"
    for entry in told.found:
        about = f"Found {entry.type} of {entry.project}: {entry.detail}"
        yield from _wrapped(about, "  ")
    if told.rows:
        yield _HEAD
    for number, row in sorted(told.rows.items()):
        yield from _operation(number, row, doubtful=number in doubts)
    yield ""


def _operation(number: int, row: _Row, *, doubtful: bool) -> Iterator[str]:
    missing = "in doubt" if doubtful else "cut off"
    status = row.last.status if row.last.event == Event.OUTCOME else missing
    last, tries = row.last, row.tries or "-"
    cells = (_cut(row.method, 6), tries, _cut(last.project, 24), _cut(last.type, 15))
    yield _ROW.format(number, *cells, _cut(status, 12))
    yield from _wrapped(row.last.detail, " " * 6)


def _cut(text: str, width: int) -> str:
    return safe_text(safe_text(text), width)


def _wrapped(text: str, indent: str) -> Iterable[str]:
    return textwrap.wrap(
        safe_text(text, 2000), _WIDTH, initial_indent=indent, subsequent_indent=f"{indent}  "
    )
