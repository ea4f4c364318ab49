"""The file that Prometheus watches: whole at every moment, and never emptied by a failure.

It is its own memory. The targets of a project that could not be read stay in it, found again by the
label that holds the project's id, also after this program was started anew.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from stat import S_IMODE
from typing import TYPE_CHECKING

from reconciler.cli.output import write_file
from reconciler.core.problem import Problem, warning
from reconciler.core.target import PROJECT, merge, read_groups
from reconciler.report import file_sd

if TYPE_CHECKING:
    from reconciler.core.target import TargetGroup
    from reconciler.steps.discover import Targets

_READABLE_BY_ALL = 0o644
"""Prometheus runs as another user, and addresses are no secrets."""


def refresh(file: Path, targets: Targets) -> list[Problem]:
    """Bring the file up to date, and say what there is to tell about it.

    A link is followed; the mode and group of what is replaced are kept. Where nothing at all was
    found, or nothing is new, the file is left alone.
    """
    if not targets.found:
        return [warning("targets-kept", f"{file} is left as it is")]
    try:
        kept = _refresh(Path(os.path.realpath(file)), targets)
    except OSError as error:
        sentence = f"{file} cannot be written: {(error.strerror or 'unknown reason').lower()}"
        return [Problem("unwritable-output", sentence, "check its folder; it is left as it is")]
    if not targets.missed:
        return []
    number = sum(len(group.targets) for group in kept)
    unread = ", ".join(sorted(str(ref) for ref in targets.missed))
    return [warning("targets-kept", f"{file} keeps the targets that it had of {unread}: {number}")]


def _refresh(file: Path, targets: Targets) -> list[TargetGroup]:
    """Put what was found into the file, beside what is kept; give the latter."""
    old = file.read_bytes() if file.exists() else None
    missed = {None, *(ref.id for ref in targets.missed)} if targets.missed else set()
    kept = [group for group in _read(old or b"") if group.labels.get(PROJECT) in missed]
    text = file_sd.render(merge([*targets.groups(), *kept]))
    if text.encode() != old:
        _replace(file, text)
    return kept


def _read(content: bytes) -> tuple[TargetGroup, ...]:
    """Read target groups; what Prometheus could not read either holds none."""
    try:
        return read_groups(json.loads(content))
    except (ValueError, RecursionError):
        return ()


def _replace(file: Path, text: str) -> None:
    try:
        old = file.stat()
    except FileNotFoundError:
        write_file(file, text, mode=_READABLE_BY_ALL)
    else:
        write_file(file, text, mode=S_IMODE(old.st_mode), group=old.st_gid)
