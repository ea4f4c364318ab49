"""From what is live to what a file would declare of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.core.match import pick
from reconciler.steps.read import listed, read

if TYPE_CHECKING:
    from reconciler.api.client import Client
    from reconciler.run import Run


def write_down(run: Run, client: Client, org_id: str | None) -> None:
    """Read the projects that are asked for, and say of each what to declare."""
    from reconciler.export import declare

    refs = pick(listed(client, org_id), run.job.projects)
    for _, live in read(run, client.integrations, dict.fromkeys(refs)):
        found = declare(client.dialect.name, live, run.job.covers)
        run.declared.append(found)
        run.problems += found.warnings()
