"""`reconciler export`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from reconciler import catalogue, workflow
from reconciler.api.stop import Stop
from reconciler.cli.options import (
    CONNECT,
    FILE,
    TYPE,
    Output,
    options,
    take_target,
    writable,
)
from reconciler.cli.output import put, tell
from reconciler.cli.progress import progress
from reconciler.cli.signals import stopping
from reconciler.cli.untaken import only
from reconciler.core.problem import Problem
from reconciler.export import lay_out

if TYPE_CHECKING:
    from pathlib import Path

_ID = re.compile("[a-f0-9]{24}")
_DIALECTS = catalogue.schema("desired-state")["properties"]["api"]["enum"]


def _org(ctx: click.Context, option: click.Parameter, value: str | None) -> str | None:
    del ctx, option
    if value is not None and not _ID.fullmatch(value):
        raise click.BadParameter("must be 24 lower-case hexadecimal digits")
    return value


OWN = (
    click.option(
        "--api", type=click.Choice(_DIALECTS), default="atlas", show_default=True,
        help="Dialect of the admin API.",
    ),
    click.option("--org", callback=_org, metavar="ID", help="Only projects of this organization."),
    click.option(
        "--project", "projects", multiple=True, metavar="ID|NAME|GLOB",
        help="Only these projects, of all that can be seen. Repeatable.",
    ),
    TYPE,
    *only(
        "--secrets", "none", "the API gives no secret away, so export writes references",
        help="No secret is resolved: references stand in their places.",
    ),
    *only("--format", "yaml", "it is a desired state", help="The form of a desired state."),
    click.option(
        "--output", type=FILE, callback=writable,
        help="Write the YAML here instead of stdout; not over a file that is there.",
    ),
    click.option("--force", is_flag=True, help="Let --output replace a file."),
    click.option("--no-color", is_flag=True, help="No colour, even on a terminal."),
)  # fmt: skip


@click.command()
@options(OWN, CONNECT)
def command(api: str, org: str | None, **given: Any) -> int:
    """Write down what is live as a desired state.

    Secrets become references to environment variables, listed at the end to be filled in. A plan
    of the result changes nothing.
    """
    output = _take_output(given)
    target, stop, types = take_target(given), Stop(), frozenset(given.pop("types")) or None
    with stopping(stop), progress() as told:
        job = workflow.Job((), stop, target, types=types, progress=told, **given)
        report, export = workflow.export(job, api, org)
    tell(report.problems, output)
    if output.file and export.cut_off:
        hint = "run again once that is mended"
        tell([Problem("not-written", f"{output.file} is left as it was", hint)], output)
        return report.exit
    return put(lay_out(export), report, output)


def _take_output(given: dict[str, Any]) -> Output:
    """Take where to write; people add to the files that they once exported."""
    file: Path | None = given.pop("output")
    force = given.pop("force")
    if file and not force and file.exists():
        raise click.UsageError(f"{file} is there already: give --force to replace it")
    return Output("text", file, given.pop("no_color"))
