"""Find and read the files of the desired state, within limits."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.core.problem import Place, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MIB = 1024 * 1024
MOST_BYTES_A_FILE = 16 * _MIB
MOST_BYTES = 64 * _MIB
MOST_FILES = 20_000
_SUFFIXES = (".yaml", ".yml")


def read_files(paths: Sequence[str], problems: list[Problem]) -> Iterator[tuple[str, bytes]]:
    """Give each file's name and content once, in the order of the paths, directories sorted.

    What cannot be read is added to `problems`; over a limit on the whole, reading ends.
    """
    total = 0
    for file in _files(paths, problems):
        try:
            with Path(file).open("rb") as stream:
                content = stream.read(MOST_BYTES_A_FILE + 1)
        except OSError as error:
            problems.append(_unreadable(file, error))
            continue
        total += len(content)
        if len(content) > MOST_BYTES_A_FILE:
            problems.append(_too_large(file, "the file is larger than 16 MiB"))
        elif total > MOST_BYTES:
            problems.append(_too_large(file, "the files are larger than 64 MiB in all"))
            return
        else:
            yield file, content


def _files(paths: Sequence[str], problems: list[Problem]) -> list[str]:
    found: dict[str, str] = {}
    for path in paths:
        below = _below(path, problems) if Path(path).is_dir() else [path]
        if not below:
            sentence = "there is no YAML file below this directory"
            problems.append(Problem("no-files", sentence, "check the path", Place(path, 1, 1)))
        for file in below:
            found.setdefault(os.path.realpath(file), file)
    files = list(found.values())
    if len(files) > MOST_FILES:
        problems.append(_too_large(files[MOST_FILES], "there are more than 20,000 files"))
    return files[:MOST_FILES]


def _below(path: str, problems: list[Problem]) -> list[str]:
    files = []
    for folder, _, names in os.walk(path, onerror=lambda e: problems.append(_unreadable(path, e))):
        files += [str(Path(folder, name)) for name in names if name.endswith(_SUFFIXES)]
    return sorted(files)


def _unreadable(file: str, error: OSError) -> Problem:
    reason = (error.strerror or "it cannot be read").lower()
    return Problem("unreadable-file", reason, "check the path", Place(file, 1, 1))


def _too_large(file: str, sentence: str) -> Problem:
    return Problem("too-large", sentence, "split the desired state", Place(file, 1, 1))
