"""The option to tell others what a run came to."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from reconciler.core.secret import Reference


def _reference(ctx: click.Context, option: click.Parameter, value: str | None) -> Reference | None:
    """Read a reference as reports write it, and see that a notice could be sent at all."""
    del ctx, option
    from reconciler.secrets.key import parse_reference

    if value is None:
        return None
    reference = parse_reference(value)
    if reference is None:
        raise click.BadParameter("must be SOURCE:NAME, such as env:DRIFT_NOTIFY_URL")
    if find_spec("apprise") is None:
        raise click.BadParameter("needs a library: pip install 'atlas-reconciler[notify]'")
    return reference


NOTIFY = (
    click.option(
        "--notify", metavar="REFERENCE", callback=_reference,
        help="Send a short summary where something changed since the last run; REFERENCE says"
        " where the address is kept, such as env:DRIFT_NOTIFY_URL.",
    ),
)  # fmt: skip
