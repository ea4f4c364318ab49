"""`reconciler validate`."""

from __future__ import annotations

from typing import Any

import click

from reconciler import workflow
from reconciler.api.stop import Stop
from reconciler.cli.options import OUTPUT, PATHS, POLICY, options, take_output
from reconciler.cli.output import show
from reconciler.cli.signals import stopping
from reconciler.cli.untaken import offline, untaken

UNTAKEN = (
    *untaken("it checks every file as a whole", "--project", "--type"),
    *untaken("it resolves none", "--secrets"),
    *offline("it asks no API"),
)


@click.command()
@PATHS
@options((POLICY,), OUTPUT, UNTAKEN)
def command(paths: tuple[str, ...], policy: str | None, **given: Any) -> int:
    """Check the desired state; needs no secret and no network."""
    output, stop = take_output(given), Stop()
    with stopping(stop):
        report = workflow.validate(workflow.Job(paths, stop, policy=policy))
    return show(report, output)
