"""Receipts: what proves that a secret is still the one that we wrote, without holding any of it.

A receipt has two fingerprints under a key that is not kept with it: one of the secret that was
written, one of how the API showed it afterwards. Both under a key, so that whoever reads a receipt
can test no guess against it.

| the secret | what the API shows | then |
| --- | --- | --- |
| as it was written | as it was then | same |
| another | as it was then | rotated since: different |
| any | otherwise | somebody wrote since: unverifiable, unless the mask or the time says more |

An API that shows no id, which is new after each write, lets a later write with the same mask go
unseen: then a receipt only tells of a rotation. One that is missing, forged, or played again never
makes a secret `same` that is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from hmac import compare_digest
from typing import TYPE_CHECKING, NamedTuple

from reconciler.core.kind import Mask
from reconciler.core.secret import Verdict, keyed_digest
from reconciler.core.witness import ROTATED, Statement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.core.kind import Field
    from reconciler.core.secret import Secret
    from reconciler.core.witness import Sighting, Witness

OVERWRITTEN = "somebody wrote it since"
AS_WRITTEN = "as it was last written"
SALT_BYTES = 16


class Subject(NamedTuple):
    """What a receipt is about: the API's host, a project by id, a type, and one setting."""

    host: str
    project: str
    type: str
    setting: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """One confirmed write of one secret; everything but the subject is hexadecimal.

    `kid` names the key without giving it away, `written` is a date and time in UTC.
    """

    subject: Subject
    kid: str
    salt: str
    secret: str
    live: str
    written: str


Book = dict[Subject, Receipt]
"""At most one receipt about each subject."""


def kid(key: Secret) -> str:
    """Name a key."""
    return keyed_digest(key, ("receipt/1", "kid"), None)[:4].hex()


def write(key: Secret, host: str, seen: Sighting, salt: str, written: str) -> Receipt:
    """Make the receipt of a write whose effect was just seen. `salt` is new for each receipt."""
    subject = _subject(host, seen)
    secret = _of_secret(key, subject, salt, seen)
    return Receipt(subject, kid(key), salt, secret, _of_live(key, subject, seen), written)


def by_receipts(keys: Sequence[Secret], book: Mapping[Subject, Receipt], host: str) -> Witness:
    """Make the witness that knows what was written; any of the keys will do."""
    known = {kid(key): key for key in keys}

    def witness(seen: Sighting, said: Statement) -> Statement:
        receipt = book.get(_subject(host, seen))
        key = known.get(receipt.kid) if receipt else None
        if receipt is None or key is None:
            return said
        return _hear(receipt, key, seen, said)

    return witness


def holds(receipt: Receipt, keys: Sequence[Secret], seen: Sighting) -> bool:
    """Tell whether a receipt is about the very secret, and the very state, that are seen."""
    key = next((key for key in keys if kid(key) == receipt.kid), None)
    return key is not None and all(_matches(receipt, key, seen))


def _hear(receipt: Receipt, key: Secret, seen: Sighting, said: Statement) -> Statement:
    match _matches(receipt, key, seen):
        case True, True if seen.live.id is None:
            return Statement(said.verdict, AS_WRITTEN)
        case True, True:
            return Statement(Verdict.SAME)
        case False, True:
            return Statement(Verdict.DIFFERENT, ROTATED)
        case _:
            return Statement(Verdict.UNVERIFIABLE, OVERWRITTEN)


def _matches(receipt: Receipt, key: Secret, seen: Sighting) -> tuple[bool, bool]:
    """Tell whether the secret is the one written, and whether live is as it was then."""
    live = compare_digest(receipt.live, _of_live(key, receipt.subject, seen))
    secret = live and compare_digest(
        receipt.secret, _of_secret(key, receipt.subject, receipt.salt, seen)
    )
    return secret, live


def _subject(host: str, seen: Sighting) -> Subject:
    return Subject(host, seen.project, seen.live.type, seen.field.name)


def _of_secret(key: Secret, subject: Subject, salt: str, seen: Sighting) -> str:
    context = ("receipt/1", "secret", *subject, salt)
    return keyed_digest(key, context, seen.desired, slow=_is_chosen(seen.field)).hex()


def _of_live(key: Secret, subject: Subject, seen: Sighting) -> str:
    context = ("receipt/1", "live", *subject, seen.live.id or "")
    return keyed_digest(key, context, seen.shown).hex()


def _is_chosen(field: Field) -> bool:
    """Tell whether people choose the value, and so might choose one that can be guessed."""
    return not field.alphabet and field.mask is not Mask.URL
