"""`{file: PATH}`: a file that holds nothing else, as Docker and Kubernetes mount them.

A relative path begins at the working directory, not at the YAML: where secrets are mounted is a
fact of the place where the command runs.
"""

from __future__ import annotations

import os
import re
import select
from time import monotonic
from typing import TYPE_CHECKING

from reconciler.secrets.source import Resolved, Unavailable, missing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.secrets.source import Answer

MOST_BYTES = 64 * 1024
SECONDS = 5.0
_LAST_LINE_BREAK = re.compile(r"\r?\n\Z")


def fetch(names: Sequence[str]) -> Mapping[str, Answer]:
    """Read files; one line break at the end is not part of the secret."""
    return {name: _value(name) for name in names}


def read(name: str, most: int) -> bytes:
    """Read a file whole, or one byte more than the most that it may have.

    A pipe may stand in its place, and has 5 seconds to end. Raises Unavailable where the file
    cannot be read.
    """
    try:
        # A pipe would otherwise wait here for whoever writes to it.
        descriptor = os.open(name, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            return _read(descriptor, name, most + 1)
        finally:
            os.close(descriptor)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or "no such path").lower()
    hint = "check the path and its permissions, or use --secrets none"
    raise missing(f"the file {name} cannot be read: {reason}", hint)


def _text(name: str) -> str:
    content = read(name, MOST_BYTES)
    if len(content) > MOST_BYTES:
        sentence = f"the file {name} is larger than {MOST_BYTES // 1024} KiB"
        raise missing(sentence, "put the secret alone into a file")
    try:
        return _LAST_LINE_BREAK.sub("", content.decode())
    except UnicodeDecodeError:
        pass  # outside the handler: the error keeps the content
    hint = "save the secret as UTF-8, or as plain ASCII"
    raise missing(f"the file {name} is not UTF-8 text", hint)


def _read(descriptor: int, name: str, most: int) -> bytes:
    content = b""
    deadline = monotonic() + SECONDS
    while len(content) < most:
        ready, _, _ = select.select([descriptor], [], [], max(0.0, deadline - monotonic()))
        if not ready:
            sentence = f"the file {name} gave nothing for {SECONDS:.0f} seconds"
            raise missing(sentence, "a pipe has to be written to, and closed")
        chunk = os.read(descriptor, most - len(content))
        if not chunk:
            break
        content += chunk
    return content


def _value(name: str) -> Answer:
    try:
        return Resolved(_text(name))
    except Unavailable as error:
        return error.why
