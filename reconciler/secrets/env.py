"""`{env: NAME}`: a variable of the environment."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from reconciler.secrets.source import Resolved, Unresolved, forbidden

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.secrets.source import Answer

_OWN_SECRETS = ("MONGODB_ATLAS_PRIVATE_API_KEY", "MONGODB_ATLAS_CLIENT_SECRET")
OWN = frozenset({*_OWN_SECRETS, "MONGODB_ATLAS_PUBLIC_API_KEY", "MONGODB_ATLAS_CLIENT_ID"})
"""This tool's own credentials: a pull request must not be able to send them to a webhook."""
_LEAST = 8
"""Characters that make a credential. Less would be found in texts by chance."""


def fetch(names: Sequence[str]) -> Mapping[str, Answer]:
    """Read variables."""
    return {name: _variable(name) for name in names}


def own_secrets() -> tuple[str, ...]:
    """Give the secret part of this tool's credentials, which nothing that is resolved may hold."""
    values = (os.environ.get(name, "") for name in _OWN_SECRETS)
    return tuple(value for value in values if len(value) >= _LEAST)


def _variable(name: str) -> Answer:
    if name in OWN:
        return forbidden(name)
    value = os.environ.get(name)
    if value is None:
        sentence = f"the environment variable {name} is not set"
        return Unresolved("unresolved-secret", sentence, f"set {name}, or use --secrets none")
    if any("\ud800" <= character <= "\udfff" for character in value):  # bytes that are no text
        sentence = f"the environment variable {name} is not UTF-8 text"
        return Unresolved("unresolved-secret", sentence, f"set {name} to text alone")
    return Resolved(value)
