"""Values that must not show themselves, and what a mask proves about one.

The value of a `Secret` is no attribute of it. It lives in a store private to this module, so that
no repr, format, pickle, JSON encoder, traceback with locals or attribute walk can come across it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from enum import StrEnum
from string import hexdigits
from typing import TYPE_CHECKING, NoReturn
from weakref import WeakKeyDictionary

from reconciler.core import mask

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

HIDDEN = "(masked)"

_PART = 4
_WORD = re.compile("[A-Za-z0-9+=_-]{10,}")
_NAME = re.compile("[0-9a-f]{24}|[A-Z]+(_[A-Z0-9]+)+")
"""The API's ids, and the codes of its errors."""


class _Hidden:
    """A string that cannot print, compare, measure, iterate over or serialise itself."""

    __slots__ = ("__weakref__",)

    def __init__(self, value: str) -> None:
        _VALUES[self] = value

    def __repr__(self) -> str:
        return HIDDEN

    def __format__(self, spec: str) -> str:
        return format(HIDDEN, spec)

    def __eq__(self, other: object) -> bool:
        if other is self:
            return True
        raise TypeError("hidden values are compared by judge()")

    __hash__ = object.__hash__

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError("a hidden value does not do that")

    __bool__ = __len__ = __iter__ = __reduce_ex__ = _refuse


_VALUES: WeakKeyDictionary[_Hidden, str] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a secret is kept: the name of a source, and the name there. Printable."""

    source: str
    name: str

    def __str__(self) -> str:
        return f"{self.source}:{self.name}"


class Literal(_Hidden):
    """A URL or template written out in the desired state: not a secret of ours, yet never shown."""

    __slots__ = ()

    def as_written(self) -> str:
        """Give the text as it stands in the file, for the digest of a plan and for a request."""
        return _VALUES[self]


class Secret(_Hidden):
    """A value that a reference was resolved to, or that the API showed in full.

    `reference` is where it came from: None when it came from the API. `version` and `created`, when
    its source says that this value was made, are None where the source does not know them.
    """

    __slots__ = ("created", "reference", "version")

    def __init__(
        self,
        value: str,
        reference: Reference | None = None,
        created: datetime | None = None,
        version: str | None = None,
    ) -> None:
        """Take the value, and what is known of it and may be shown."""
        super().__init__(value)
        self.reference = reference
        self.version = version
        self.created = created

    def reveal(self) -> str:
        """Give the value away. Called by the request encoder alone; a test counts the callers."""
        return _VALUES[self]


class Masked(_Hidden):
    """What the API shows in place of a secret. Evidence only: there is no way to send one."""

    __slots__ = ()


Sensitive = Reference | Literal | Secret


def wrap_live(text: str) -> Masked | Secret:
    """Hide a string that the API shows for a sensitive setting."""
    return Masked(text) if mask.looks_masked(text) else Secret(text)


def is_empty(shown: Masked | Secret) -> bool:
    """Tell whether the API shows an empty string for a sensitive setting: nothing is set."""
    return not _VALUES[shown]


def describe(value: Sensitive) -> str:
    """Name a sensitive value for people: its reference, or that it is not shown."""
    if isinstance(value, Reference):
        return str(value)
    if isinstance(value, Secret) and value.reference:
        return str(value.reference)
    return HIDDEN


def echoes(text: str, value: Sensitive) -> bool:
    """Tell whether a foreign text gives part of a value away: any four characters in a row.

    Backwards counts too.
    """
    if isinstance(value, Reference):
        return False
    hidden, text = _VALUES[value].casefold(), f"{text} {text[::-1]}".casefold()
    return any(hidden[i : i + _PART] in text for i in range(max(1, len(hidden) - _PART + 1)))


class Ends:
    """Knows how the secrets of a run end, to find one in a foreign text; shows none of it."""

    __slots__ = ("__weakref__",)

    def __init__(self, hidden: Iterable[Sensitive]) -> None:
        """Take every secret that a foreign text might hold."""
        known = (_VALUES[value] for value in hidden if not isinstance(value, Reference))
        _ENDS[self] = frozenset(value[-_PART:] for value in known if len(value) >= _PART)

    def add(self, hidden: Sensitive) -> None:
        """Take one more, which only came up during the run."""
        _ENDS[self] |= _ENDS[Ends([hidden])]

    def are_in(self, text: str) -> bool:
        """Tell whether a text holds one of the secrets, or the end of one, or a mask.

        So does what may be an encoded secret, or one that the run does not know.
        """
        if any(_is_random(word) for word in _WORD.findall(text)):
            return True
        ends = _ENDS[self]
        parts = (text[i : i + _PART] for i in range(len(text) - _PART + 1))
        return mask.looks_masked(text) or any(part in ends for part in parts)


def _is_random(word: str) -> bool:
    """Tell whether a word may be made by chance: letters and digits, and no name."""
    mixed = any(map(str.isdigit, word)) and any(map(str.isalpha, word))
    return mixed and not _NAME.fullmatch(word)


_ENDS: WeakKeyDictionary[Ends, frozenset[str]] = WeakKeyDictionary()


class Verdict(StrEnum):
    """How one setting compares. Only DIFFERENT ever causes a write on its own."""

    SAME = "same"
    CONSISTENT = "consistent"
    UNVERIFIABLE = "unverifiable"
    UNDECLARED = "undeclared"
    DIFFERENT = "different"


UNPROVEN = frozenset({Verdict.CONSISTENT, Verdict.UNVERIFIABLE})
"""Verdicts that prove nothing about a secret."""


def judge(live: Masked | Secret | None, desired: Sensitive, *, length_counts: bool) -> Verdict:
    """Say what the API's answer proves about a sensitive setting.

    `live` is None when the API shows no such setting. `length_counts` says that a mask of this
    setting is as long as the value. A mask that cannot belong to the value proves DIFFERENT; one
    that fits and shows part of it is CONSISTENT, and proves nothing; one that shows no part of it,
    beyond a URL's scheme and host, leaves it UNVERIFIABLE, as does a reference not resolved.
    """
    if isinstance(desired, Reference):
        return Verdict.UNVERIFIABLE
    if live is None:
        return Verdict.DIFFERENT
    shown, value = _VALUES[live], _VALUES[desired]
    if isinstance(live, Secret):
        equal = hmac.compare_digest(_bytes(shown), _bytes(value))
        return Verdict.SAME if equal else Verdict.DIFFERENT
    if not mask.fits(shown, value, length_counts=length_counts):
        return Verdict.DIFFERENT
    return Verdict.CONSISTENT if mask.shown(shown) else Verdict.UNVERIFIABLE


def shown_alike(one: Masked | Secret, other: Masked | Secret) -> bool:
    """Tell whether the API shows the same for a sensitive setting, mask or not, at two times."""
    return hmac.compare_digest(_bytes(_VALUES[one]), _bytes(_VALUES[other]))


def chance(live: Masked, alphabet: int) -> int:
    """Say in how many a wrong value would fit the mask once, if each sign shown were random.

    `alphabet` is the number of signs to choose from; those that are no hexadecimal digit, such as
    the hyphens of a UUID, stand where they stand in every value.
    """
    return int(alphabet ** sum(sign in hexdigits for sign in mask.shown(_VALUES[live])))


def twins(values: Sequence[_Hidden]) -> list[list[int]]:
    """Group the positions of values that are the same; what has no twin is left out."""
    places: dict[str, list[int]] = {}
    for place, hidden in enumerate(values):
        places.setdefault(_VALUES[hidden], []).append(place)
    return [group for group in places.values() if len(group) > 1]


def keyed_digest(
    key: Secret, context: Iterable[str], hidden: _Hidden | None, *, slow: bool = False
) -> bytes:
    """Fingerprint a hidden value, or its absence, in a context: 16 bytes that need the key.

    Each part is framed by its length, so that no two contexts run together. `slow` makes guessing
    dear even to who has the key, for values that people choose: 50 ms each.
    """
    value = b"" if hidden is None else _bytes(_VALUES[hidden])
    parts = [*map(_bytes, context), b"" if hidden is None else b"1"]
    if slow:
        value = hashlib.scrypt(value, salt=b"".join(parts), n=2**14, r=8, p=1, dklen=32)
    framed = b"".join(len(part).to_bytes(8) + part for part in (*parts, value))
    return hmac.digest(_bytes(_VALUES[key]), framed, "sha256")[:16]


def _bytes(text: str) -> bytes:
    """Encode for a comparison in constant time; JSON may hold lone surrogates."""
    return text.encode("utf-8", "surrogatepass")
