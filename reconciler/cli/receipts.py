"""`reconciler receipts`."""

from __future__ import annotations

from collections import Counter
from io import StringIO
from typing import TYPE_CHECKING, Any

import click

from reconciler import proof, workflow
from reconciler.cli.ledger import RECEIPTS_REQUIRED, take_ledger
from reconciler.cli.options import CONNECT, LOOK, PATHS, POLICY, options, take_look
from reconciler.cli.progress import progress
from reconciler.cli.signals import stopping
from reconciler.core.exits import Exit
from reconciler.core.receipt import Standing
from reconciler.core.secret import Secret, describe, twins
from reconciler.report import Style
from reconciler.report.problems import problem_lines
from reconciler.report.view import safe_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from reconciler.core.witness import Sighting
    from reconciler.run import Run

_HOLDS = (Standing.PROVED, Standing.UNCHANGED)


@click.group()
def command() -> None:
    """Look after the receipts of written secrets.

    A receipt proves that a secret is still the one that `apply --receipts` wrote, though the API
    masks it. It holds fingerprints under a key, so that its file is safe to commit.
    """


@command.command()
@PATHS
@options(RECEIPTS_REQUIRED, LOOK[:3], CONNECT)
def verify(**given: Any) -> int:
    """Say how every declared secret stands by its receipt; exits 1 unless all are proved."""

    def act(run: Run) -> None:
        assert run.proof  # noqa: S101 - the options ask for one
        seen = [seen for seen in run.proof.sightings if run.job.covers(seen.live.type)]
        found = [run.proof.standing(one) for one in seen]
        click.echo(_table(run, zip(seen, found, strict=True)), nl=False)
        for line in _shared(seen):
            click.echo(line)
        counts = [f"{count} {standing}" for standing, count in Counter(found).items()]
        click.echo(f"{len(found)} secrets: {', '.join(counts) or 'none'}.")
        if run.ended is None and not set(found) <= set(_HOLDS):
            run.ended = Exit.FAILED

    return _run(act, given)


@command.command()
@PATHS
@options(RECEIPTS_REQUIRED, (POLICY,), CONNECT)
def rekey(**given: Any) -> int:
    """Make every receipt anew under the first --receipts-key; the others prove the old ones.

    A receipt that does not hold is left as it is, and told: its secret has to be sent once more.
    """

    def act(run: Run) -> None:
        assert run.proof  # noqa: S101 - the options ask for one
        left = proof.renew(run.proof)
        run.problems += run.proof.save()
        for made in left:
            click.echo(
                f"Left: {made.subject.type} {made.subject.setting} of {made.subject.project}"
            )
        for kid, count in sorted(Counter(made.kid for made in run.proof.book.values()).items()):
            click.echo(f"Key {kid}: {count} receipts.")

    return _run(act, given)


@command.command()
@PATHS
@options(RECEIPTS_REQUIRED, (POLICY,), CONNECT)
def prune(**given: Any) -> int:
    """Drop the receipts of what is no longer declared for this API."""

    def act(run: Run) -> None:
        assert run.proof  # noqa: S101 - the options ask for one
        declared = {
            (project.ref.id, integration.type)
            for project in run.projects
            for integration in project.integrations
            if not integration.absent
        }
        known = {(subject.project, subject.type) for subject in run.proof.book}
        dropped = proof.forget(run.proof, known - declared)
        run.problems += run.proof.save()
        click.echo(f"{len(dropped)} dropped, {len(run.proof.book)} kept.")

    return _run(act, given)


def _run(act: Callable[[Run], None], given: dict[str, Any]) -> int:
    """Look at what is declared and live, act on it, and tell what went wrong on stderr."""
    ledger = take_ledger(given)
    look = take_look({"projects": (), "types": (), "secrets": "all", **given})
    with stopping(look["stop"]), progress() as told:
        job = workflow.Job(**look, ledger=ledger, progress=told)
        report = workflow.look_by_receipts(job, act)
    for line in problem_lines(report.problems, Style()):
        click.echo(line, err=True)
    return report.exit


def _table(run: Run, found: Iterable[tuple[Sighting, Standing]]) -> str:
    from rich.console import Console
    from rich.table import Table

    names = {project.ref.id: str(project.ref) for project in run.projects}
    shown = Table("PROJECT", "TYPE", "SETTING", "RECEIPT", box=None, pad_edge=False)
    for seen, standing in found:
        name = safe_text(names[seen.project])
        shown.add_row(name, seen.live.type, seen.field.name, standing)
    out = StringIO()
    Console(file=out, width=80, markup=False, highlight=False).print(shown)
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


def _shared(seen: list[Sighting]) -> Iterator[str]:
    """Say which integrations use the same secret, and how to send a new one to all of them."""
    secrets = [one for one in seen if isinstance(one.desired, Secret)]
    for group in twins([one.desired for one in secrets]):
        names = sorted({describe(secrets[place].desired) for place in group})
        yield f"{' and '.join(names)}: the same secret in {len(group)} integrations"
        for name in names:
            yield f"    to send a new one: reconciler plan --assert-secrets='{safe_text(name)}'"
