"""Keep receipts of what was written, and of what was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler import proof

if TYPE_CHECKING:
    from reconciler.run import Run


def keep_receipts(run: Run) -> None:
    """Write receipts of what was done and seen, and renew those that an older key made."""
    if run.proof is None:
        return
    proof.record(run.proof, run.outcomes or [])
    proof.renew(run.proof)
    run.problems += run.proof.save()
