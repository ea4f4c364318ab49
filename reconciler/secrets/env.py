"""`{env: NAME}`: a variable of the environment."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from reconciler.secrets.source import Unresolved

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_OWN_SECRETS = ("MONGODB_ATLAS_PRIVATE_API_KEY", "MONGODB_ATLAS_CLIENT_SECRET")
OWN = frozenset({*_OWN_SECRETS, "MONGODB_ATLAS_PUBLIC_API_KEY", "MONGODB_ATLAS_CLIENT_ID"})
"""This tool's own credentials: a pull request must not be able to send them to a webhook."""
_LEAST = 8


def fetch(names: Iterable[str]) -> Mapping[str, str | Unresolved]:
    """Read variables."""
    return {name: _variable(name) for name in names}


def holds_own(value: str) -> bool:
    """Tell whether a value, from whatever source, has this tool's own credentials in it."""
    own = (os.environ.get(name, "") for name in _OWN_SECRETS)
    return any(len(secret) >= _LEAST and secret in value for secret in own)


def _variable(name: str) -> str | Unresolved:
    if name in OWN:
        sentence = f"{name} holds this tool's own credentials, which no integration may get"
        return Unresolved("forbidden-secret", sentence, "use another variable")
    value = os.environ.get(name)
    if value is None:
        sentence = f"the environment variable {name} is not set"
        return Unresolved("unresolved-secret", sentence, f"set {name}, or use --secrets none")
    if any("\ud800" <= character <= "\udfff" for character in value):  # bytes that are no text
        sentence = f"the environment variable {name} is not UTF-8 text"
        return Unresolved("unresolved-secret", sentence, f"set {name} to text alone")
    return value
