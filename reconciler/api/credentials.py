"""What a run signs its requests with: an API key or a service account."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from reconciler.core.problem import Failed, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Self

    from reconciler.api.dialects import Dialect


@dataclass(frozen=True, slots=True)
class Credentials:
    """A name that may be shown, and the secret that belongs to it; either is empty if not given.

    `noun` is what messages call them, `variables` where they come from.
    """

    name: str
    secret: str = field(repr=False)

    noun: ClassVar[str]
    variables: ClassVar[tuple[str, str]]

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """Read both halves."""
        name, secret = (environment.get(variable, "") for variable in cls.variables)
        return cls(name, secret)

    @property
    def pair(self) -> tuple[str, str]:
        """Give both halves."""
        return self.name, self.secret

    @property
    def missing(self) -> list[str]:
        """Name the variables of the halves that are not given."""
        halves = zip(self.variables, self.pair, strict=True)
        return [variable for variable, half in halves if not half]

    @property
    def are_sendable(self) -> bool:
        """Whether both can be what they should: a line end that came along from a file cannot."""
        whole = self.name + self.secret
        return whole.isascii() and whole.isprintable() and " " not in whole


class ApiKey(Credentials):
    """A public and a private key, for HTTP Digest: every API of the family takes them."""

    __slots__ = ()
    noun = "key"
    variables = ("MONGODB_ATLAS_PUBLIC_API_KEY", "MONGODB_ATLAS_PRIVATE_API_KEY")


class ServiceAccount(Credentials):
    """A client's id and secret, for a token of OAuth 2.0."""

    __slots__ = ()
    noun = "service account"
    variables = ("MONGODB_ATLAS_CLIENT_ID", "MONGODB_ATLAS_CLIENT_SECRET")


def choose(offered: Sequence[Credentials], dialect: Dialect) -> Credentials:
    """Give the first that are given and that the dialect takes.

    Raises Failed where there are none, and where only half of them is given: the other half is
    missing by mistake, and to go on with other credentials would hide it.
    """
    given = [pair for pair in offered if pair.name or pair.secret]
    taken = [pair for pair in given if _takes(dialect, pair)]
    if not taken:
        raise Failed(_none(dialect, refused=bool(given)))
    chosen = taken[0]
    if chosen.missing:
        (missing,) = chosen.missing
        sentence = f"half of the {chosen.noun} is missing: {missing} is not set"
        other = next(name for name in chosen.variables if name != missing)
        raise Failed(Problem("no-credentials", sentence, f"set {missing} too, or unset {other}"))
    return chosen


def _takes(dialect: Dialect, credentials: Credentials) -> bool:
    return dialect.service_accounts or not isinstance(credentials, ServiceAccount)


def _none(dialect: Dialect, *, refused: bool) -> Problem:
    key, account = (" and ".join(pair.variables) for pair in (ApiKey, ServiceAccount))
    if refused:
        sentence = f"{dialect.title} takes no service account, and there is no API key"
        return Problem("no-credentials", sentence, f"set {key}")
    if not dialect.service_accounts:
        return Problem("no-credentials", "there is no API key to connect with", f"set {key}")
    sentence = "there is neither an API key nor a service account to connect with"
    return Problem("no-credentials", sentence, f"set {key}, or {account}")
