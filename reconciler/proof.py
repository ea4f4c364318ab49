"""Receipts on the road: opened before the look, renewed and kept after the writes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING

from reconciler import receipts
from reconciler.core import receipt
from reconciler.core.compare import sightings
from reconciler.core.plan import Outcome, Status
from reconciler.core.problem import warning
from reconciler.core.receipt import Standing
from reconciler.secrets.key import fetch_key

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from reconciler.core.kind import Kind
    from reconciler.core.policy import Policy
    from reconciler.core.problem import Problem
    from reconciler.core.receipt import Book, Receipt
    from reconciler.core.secret import Reference, Secret
    from reconciler.core.state import DesiredProject, LiveProject
    from reconciler.core.witness import Sighting, Witness

    Key = tuple[str, str]

_HOLDS = (Standing.PROVED, Standing.UNCHANGED)


@dataclass(frozen=True, slots=True)
class Ledger:
    """Where receipts are kept, as the user gave it: the text of the file, and how to replace it.

    The first of `keys` makes new receipts; the others still prove old ones.
    """

    keys: Sequence[Reference]
    text: str
    save: Callable[[str], None]


@dataclass
class Proof:
    """The receipts of one run, opened with their keys, and the secrets seen in its last look."""

    ledger: Ledger
    host: str
    keys: list[Secret] = field(default_factory=list)
    book: Book = field(default_factory=dict)
    seen: dict[str, list[Sighting]] = field(default_factory=dict)
    """By project id."""

    @property
    def witness(self) -> Witness:
        """Give what the receipts can say about a secret."""
        return receipt.by_receipts(self.keys, self.book, self.host)

    @property
    def sightings(self) -> Iterator[Sighting]:
        """Walk all secrets that were seen, by project id; projects are read in no order."""
        return chain.from_iterable(self.seen[project] for project in sorted(self.seen))

    def standing(self, seen: Sighting) -> Standing:
        """Say how a secret stands by its receipt."""
        return receipt.standing(self.keys, self.book, self.host, seen)

    def look(self, desired: DesiredProject, live: LiveProject, kinds: Mapping[str, Kind]) -> None:
        """Keep what is seen of a project's secrets, in the place of what was seen before."""
        project = live.ref.id or ""
        self.seen[project] = [
            seen
            for declared in desired.integrations
            if not declared.absent and declared.type in live.integrations
            for seen in sightings(
                kinds[declared.type], declared, live.integrations[declared.type], project
            )
        ]

    def overlook(self, projects: Iterable[str]) -> None:
        """Drop what was seen of projects, which may be so no longer."""
        for project in projects:
            self.seen.pop(project, None)

    def save(self) -> list[Problem]:
        """Replace the file, if anything changed; gives a warning where that fails."""
        text = receipts.render(self.book.values())
        if text == self.ledger.text or not (self.book or self.ledger.text):
            return []
        try:
            self.ledger.save(text)
        except OSError as error:
            sentence = f"the receipts cannot be written: {error.strerror}"
            return [warning("unwritable-receipts", sentence, "what they would prove is unproved")]
        return []


def open_proof(ledger: Ledger, host: str, policy: Policy) -> tuple[Proof, list[Problem]]:
    """Fetch the keys and read the receipts. Raises Failed for a key that cannot be had."""
    book, problems = receipts.parse(ledger.text)
    keys = [fetch_key(name, policy) for name in ledger.keys]
    return Proof(ledger, host, keys, book), problems


def renew(proof: Proof) -> list[Receipt]:
    """Make anew what an older key proves, under the first one; give what it cannot prove.

    Only a receipt that holds, for the secret and for what is live, can be made anew: the secret
    itself is needed for that, and a receipt that does not hold is nothing to go by.
    """
    kid, left = receipt.kid(proof.keys[0]), []
    for seen in proof.sightings:
        old = proof.book.get(receipt.subject(proof.host, seen))
        if old is None or old.kid == kid:
            continue
        if proof.standing(seen) in _HOLDS:
            _write(proof, seen, old.written)
        else:
            left.append(old)
    return left


def record(proof: Proof, outcomes: Iterable[Outcome]) -> None:
    """Write receipts of what is done and was seen afterwards; forget what is gone.

    Only of what an answer showed to be our own write, and what is still that: what merely fits may
    be somebody else's, and a receipt would prove it for ever.
    """
    outcomes = [outcome for outcome in outcomes if outcome.status is Status.DONE]
    gone = {o.operation.change.key for o in outcomes if o.operation.method == "DELETE"}
    written = {outcome.operation.change.key: outcome.answer for outcome in outcomes}
    forget(proof, gone)
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    for seen in proof.sightings:
        answer = written.get((seen.project, seen.live.type))
        if answer is not None and not seen.live.is_later_than(answer):
            _write(proof, seen, now)


def forget(proof: Proof, keys: Collection[Key]) -> list[Receipt]:
    """Take out the receipts of integrations, by project id and type; give them."""
    out = [
        made
        for subject, made in proof.book.items()
        if subject.host == proof.host and (subject.project, subject.type) in keys
    ]
    for made in out:
        del proof.book[made.subject]
    return out


def _write(proof: Proof, seen: Sighting, written: str) -> None:
    salt = secrets.token_hex(receipt.SALT_BYTES)
    made = receipt.write(proof.keys[0], proof.host, seen, salt, written)
    proof.book[made.subject] = made
