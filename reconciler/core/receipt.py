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
unseen: then a receipt only tells of a rotation. One that is missing, forged in any part, or put
together from others proves nothing: it makes no secret `same`, and none `different`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from hmac import compare_digest
from typing import TYPE_CHECKING, NamedTuple

from reconciler.core.kind import Mask
from reconciler.core.secret import Verdict, keyed_digest
from reconciler.core.witness import Statement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.core.kind import Field
    from reconciler.core.secret import Secret
    from reconciler.core.witness import Sighting, Witness

SALT_BYTES = 16


class Standing(StrEnum):
    """How a secret stands by its receipt, in words for people."""

    PROVED = "proved"
    UNCHANGED = "as it was last written"
    """The most that can be said where the API shows no id: a write with the same mask is unseen."""
    ROTATED = "rotated since it was written"
    OVERWRITTEN = "somebody wrote it since"
    MISSING = "no receipt"
    STRANGE = "no key to this receipt"


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


def subject(host: str, seen: Sighting) -> Subject:
    """Say what a sighting is of."""
    return Subject(host, seen.project, seen.live.type, seen.field.name)


def write(key: Secret, host: str, seen: Sighting, salt: str, written: str) -> Receipt:
    """Make the receipt of a write whose effect was just seen. `salt` is new for each receipt."""
    about = subject(host, seen)
    secret = _of_secret(key, about, salt, seen)
    live = _of_live(key, about, (salt, secret), seen)
    return Receipt(about, kid(key), salt, secret, live, written)


def by_receipts(keys: Sequence[Secret], book: Mapping[Subject, Receipt], host: str) -> Witness:
    """Make the witness that knows what was written; any of the keys will do."""

    def witness(seen: Sighting, said: Statement) -> Statement:
        match standing(keys, book, host, seen):
            case Standing.PROVED:
                return Statement(Verdict.SAME)
            case Standing.UNCHANGED as found:
                return Statement(said.verdict, found)
            case Standing.ROTATED as found:
                return Statement(Verdict.DIFFERENT, found)
            case Standing.OVERWRITTEN as found:
                return Statement(Verdict.UNVERIFIABLE, found)
            case Standing.MISSING | Standing.STRANGE:
                return said

    return witness


def standing(
    keys: Sequence[Secret], book: Mapping[Subject, Receipt], host: str, seen: Sighting
) -> Standing:
    """Say how a secret stands by its receipt."""
    receipt = book.get(subject(host, seen))
    if receipt is None:
        return Standing.MISSING
    key = next((key for key in keys if kid(key) == receipt.kid), None)
    return Standing.STRANGE if key is None else _standing(receipt, key, seen)


def _standing(receipt: Receipt, key: Secret, seen: Sighting) -> Standing:
    match _matches(receipt, key, seen):
        case True, True:
            return Standing.PROVED if seen.live.id else Standing.UNCHANGED
        case False, True:
            return Standing.ROTATED
        case _:
            return Standing.OVERWRITTEN


def _matches(receipt: Receipt, key: Secret, seen: Sighting) -> tuple[bool, bool]:
    """Tell whether the secret is the one written, and whether live is as it was then."""
    bound = receipt.salt, receipt.secret
    live = compare_digest(receipt.live, _of_live(key, receipt.subject, bound, seen))
    secret = live and compare_digest(
        receipt.secret, _of_secret(key, receipt.subject, receipt.salt, seen)
    )
    return secret, live


def _of_secret(key: Secret, subject: Subject, salt: str, seen: Sighting) -> str:
    context = ("receipt/1", "secret", *subject, salt)
    return keyed_digest(key, context, seen.desired, slow=_is_chosen(seen.field)).hex()


def _of_live(key: Secret, subject: Subject, bound: tuple[str, str], seen: Sighting) -> str:
    """Fingerprint what is shown, bound to the other one: neither can be put beside another."""
    context = ("receipt/1", "live", *subject, *bound, seen.live.id or "")
    return keyed_digest(key, context, seen.shown).hex()


def _is_chosen(field: Field) -> bool:
    """Tell whether people choose the value, and so might choose one that can be guessed."""
    return not field.alphabet and field.mask is not Mask.URL
