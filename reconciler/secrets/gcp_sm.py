"""`{gcp-sm: projects/P/secrets/S/versions/V}`: Google Cloud Secret Manager.

Without a version, or with `latest`, the newest one. Credentials are found as Google's libraries
find them. What arrives is checked against the checksum that comes with it. The time of creation
takes a permission of its own; who lacks it goes without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.secrets.batch import each
from reconciler.secrets.source import (
    Resolved,
    Unavailable,
    Unresolved,
    down,
    library,
    missing,
    odd,
    split_version,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from reconciler.secrets.source import Answer

SECONDS = 15.0
_EXTRA = "gcp-sm"


def fetch(names: Sequence[str]) -> Mapping[str, Answer]:
    """Read each version once."""
    wanted = {name: _full(name) for name in names}
    try:
        client = _client()
    except Unavailable as error:
        return dict.fromkeys(names, error.why)
    found: Mapping[str, Resolved | Unresolved] = each(
        wanted.values(), lambda full: _read(client, full)
    )
    return {name: found[full] for name, full in wanted.items()}


def _full(name: str) -> str:
    plain, version = split_version(name)
    return plain if "/versions/" in plain else f"{plain}/versions/{version or 'latest'}"


def _client() -> Any:
    manager = library("google.cloud.secretmanager", _EXTRA)
    errors = library("google.auth.exceptions", _EXTRA)
    try:
        return manager.SecretManagerServiceClient(transport="rest")
    except (errors.GoogleAuthError, ValueError, OSError):
        pass  # outside the handler: the error may quote the file of credentials
    hint = "set GOOGLE_APPLICATION_CREDENTIALS, or sign in with gcloud"
    raise down("there are no credentials for Google Cloud", hint)


def _read(client: Any, full: str) -> Resolved:
    answer = _ask(client.access_secret_version, full)
    content = answer.payload.data
    if answer.payload.data_crc32c != _checksum(content):
        raise missing(f"{full} arrived damaged", "try again")
    try:
        value = content.decode()
    except UnicodeDecodeError:
        pass  # outside the handler: the error keeps the content
    else:
        return Resolved(value, answer.name.rpartition("/")[2], _created(client, answer.name))
    raise missing(f"{full} is not UTF-8 text", "save the secret as UTF-8")


def _created(client: Any, full: str) -> datetime | None:
    try:
        made = _ask(client.get_secret_version, full).create_time
    except Unavailable:
        return None
    created: datetime | None = made
    return created


def _checksum(content: bytes) -> int:
    checksum: int = library("google_crc32c", _EXTRA).value(content)
    return checksum


def _ask(call: Any, full: str) -> Any:
    errors = library("google.api_core.exceptions", _EXTRA)
    auth = library("google.auth.exceptions", _EXTRA)
    import requests

    try:
        return call(name=full, timeout=SECONDS)
    except errors.NotFound:
        hint = "check the project, the secret and the version"
        why = missing(f"there is no {full}", hint)
    except errors.Forbidden:
        why = missing(f"may not be read: {full}", "grant roles/secretmanager.secretAccessor on it")
    except errors.BadRequest:
        hint = "check the name; the version may be disabled or destroyed"
        why = missing(f"Google Cloud does not give {full}", hint)
    except (errors.Unauthorized, auth.GoogleAuthError):
        why = down("Google Cloud does not take the credentials", "sign in again")
    except (errors.GoogleAPIError, requests.RequestException) as error:
        sentence = f"Google Cloud Secret Manager cannot be asked ({type(error).__name__})"
        why = down(sentence, "check the network, and try again")
    except Exception as error:  # noqa: BLE001 - the library reads an answer as it comes
        why = odd(full, error)
    raise why
