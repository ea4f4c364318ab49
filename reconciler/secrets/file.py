"""`{file: PATH}`: a file that holds nothing else, as Docker and Kubernetes mount them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.secrets.source import Unresolved

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MOST_BYTES = 64 * 1024
_LAST_LINE_BREAK = re.compile(r"\r?\n\Z")


def fetch(names: Iterable[str]) -> Mapping[str, str | Unresolved]:
    """Read files; one line break at the end is not part of the secret."""
    return {name: _content(name) for name in names}


def _content(name: str) -> str | Unresolved:
    try:
        with Path(name).open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or "no such path").lower()
        sentence = f"the file {name} cannot be read: {reason}"
        hint = "check the path and its permissions, or use --secrets none"
        return Unresolved("unresolved-secret", sentence, hint)
    if len(content) > MOST_BYTES:
        sentence = f"the file {name} is larger than {MOST_BYTES // 1024} KiB"
        return Unresolved("unresolved-secret", sentence, "put the secret alone into a file")
    try:
        return _LAST_LINE_BREAK.sub("", content.decode())
    except UnicodeDecodeError:
        pass  # outside the handler: the error keeps the content
    sentence = f"the file {name} is not UTF-8 text"
    return Unresolved("unresolved-secret", sentence, "save the secret as UTF-8, or as plain ASCII")
