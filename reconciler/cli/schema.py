"""`reconciler schema`."""

from __future__ import annotations

import json

import click

from reconciler.bundle import bundle


@click.command()
def command() -> int:
    """Print one JSON Schema of the desired state, for editors."""
    click.echo(json.dumps(bundle(), indent=2))
    return 0
