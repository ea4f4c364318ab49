"""Open the API that the run speaks to."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from reconciler import proof, session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.api.client import Client
    from reconciler.core.state import Desired
    from reconciler.run import Run


@contextmanager
def connect(run: Run, declared: Desired, *, writable: bool) -> Iterator[Client]:
    """Open the API; only with `writable` can anything be written to it."""
    run.base_url = session.base_url(run.job.target, declared.api)
    if run.job.ledger:
        run.proof, problems = proof.open_proof(run.job.ledger, run.base_url, run.policy)
        run.problems += problems
    with session.connect(run.job.target, declared, run.job.stop, writable=writable) as client:
        try:
            yield client
        finally:
            run.problems += client.warnings()
