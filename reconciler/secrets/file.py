"""`{file: PATH}`: a file that holds nothing else, as Docker and Kubernetes mount them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.secrets.source import Unresolved

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MOST_BYTES = 64 * 1024


def fetch(names: Iterable[str]) -> Mapping[str, str | Unresolved]:
    """Read files; one line break at the end is not part of the secret."""
    return {name: _content(name) for name in names}


def _content(name: str) -> str | Unresolved:
    hint = "check the path and its permissions, or use --secrets none"
    try:
        with Path(name).open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or "no such path").lower()
        return Unresolved("unresolved-secret", f"the file {name} cannot be read: {reason}", hint)
    if len(content) > MOST_BYTES:
        sentence = f"the file {name} is larger than 64 KiB"
        return Unresolved("unresolved-secret", sentence, "put the secret alone into a file")
    try:
        return content.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        pass  # outside the handler: the error keeps the content
    return Unresolved("unresolved-secret", f"the file {name} is not UTF-8 text", hint)
