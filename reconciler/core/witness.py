"""What else speaks for or against a secret that a mask leaves unproved.

A witness is asked about every such secret in turn. It gives back what the ones before it said, or
something better founded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from string import hexdigits
from typing import TYPE_CHECKING, NamedTuple

from reconciler.core.secret import UNPROVEN, Literal, Masked, Secret, Verdict, chance

if TYPE_CHECKING:
    from reconciler.core.change import Change
    from reconciler.core.kind import Field
    from reconciler.core.state import LiveIntegration

OLDER = "written before the secret was made"
SKEW = timedelta(seconds=120)
"""How far the clocks of the API and of a store of secrets may be apart."""
_ID_LENGTH = 24
_STAMP_LENGTH = 8


class Statement(NamedTuple):
    """A verdict, and what it stands on, in words for people; empty if the verdict says it all."""

    verdict: Verdict
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One secret as it is declared, and as the API shows it; None when it shows nothing.

    `project` is the id of the project that the integration is in.
    """

    project: str
    live: LiveIntegration
    field: Field
    shown: Masked | None
    desired: Secret | Literal


Witness = Callable[[Sighting, Statement], Statement]


def by_chance(seen: Sighting, said: Statement) -> Statement:
    """Say in how many a mask that fits would fit a wrong value once, where values are random."""
    if said != Statement(Verdict.CONSISTENT) or not seen.field.alphabet or seen.shown is None:
        return said
    return Statement(said.verdict, f"1 in {chance(seen.shown, seen.field.alphabet):,}")


def by_time(seen: Sighting, said: Statement) -> Statement:
    """Compare when the integration was last written with when the secret was made.

    A secret that is younger than the last write cannot be what is live, unless that is proved.
    """
    if said.verdict not in UNPROVEN:
        return said
    created = seen.desired.created if isinstance(seen.desired, Secret) else None
    written = written_at(seen.live.id)
    if created is None or written is None or written + SKEW >= created:
        return said
    return Statement(Verdict.DIFFERENT, OLDER)


def is_by_time(change: Change) -> bool:
    """Tell whether all that differs was found by when it was written."""
    differing = [field for field in change.fields if field.counts]
    return bool(differing) and all(field.evidence == OLDER for field in differing)


def written_at(live_id: str | None) -> datetime | None:
    """Tell from an integration's id when it was written; None for what is no such id.

    An id is made anew with each write, and its first four bytes are that second, as those of every
    BSON ObjectId are.
    """
    if live_id is None or len(live_id) != _ID_LENGTH or not set(live_id) <= set(hexdigits):
        return None
    return datetime.fromtimestamp(int(live_id[:_STAMP_LENGTH], 16), UTC)


WITNESSES: tuple[Witness, ...] = (by_chance, by_time)
"""Those that need nothing but the two sides."""
