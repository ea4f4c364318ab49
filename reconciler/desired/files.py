"""Find and read the files of the desired state, within limits."""

from __future__ import annotations

import os
from pathlib import Path
from stat import S_IFREG, S_ISDIR, S_ISREG
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
    """Give each file's name and content once, sorted by name, whatever the order of the paths.

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
    """Name the files, each once, however many paths and links lead to it."""
    named: list[str] = []
    for path in paths:
        named += _below(path, problems) if S_ISDIR(_mode(path)) else [path]
    found: dict[str, str] = {}
    for file in sorted(named):
        found.setdefault(os.path.realpath(file), file)
    files = list(found.values())
    if len(files) > MOST_FILES:
        problems.append(_too_large(files[MOST_FILES], f"there are more than {MOST_FILES:,} files"))
    return files[:MOST_FILES]


def _below(path: str, problems: list[Problem]) -> list[str]:
    """Name the YAML files below a directory. Links to directories are not followed."""
    named = []
    for folder, _, names in os.walk(path, onerror=lambda e: problems.append(_unreadable(path, e))):
        named += [str(Path(folder, name)) for name in names if name.endswith(_SUFFIXES)]
    if not named:
        sentence = "there is no YAML file below this directory"
        hint = "put a *.yaml or *.yml file there, or check the path"
        problems.append(Problem("no-files", sentence, hint, Place(path, 1, 1)))
    special = {file for file in named if not S_ISREG(_mode(file) or S_IFREG)}
    problems += [_special(file) for file in special]
    return [file for file in named if file not in special]


def _mode(path: str) -> int:
    """Tell what kind of file a path leads to; 0 where that is not known, and will be told later."""
    try:
        return Path(path).stat().st_mode
    except (OSError, ValueError):
        return 0


def _special(file: str) -> Problem:
    """Refuse a pipe or a device: to open it could wait forever."""
    sentence = "this is not a regular file"
    return Problem("unreadable-file", sentence, "move it elsewhere", Place(file, 1, 1))


def _unreadable(path: str, error: OSError) -> Problem:
    name = error.filename if isinstance(error.filename, str) else path
    sentence = f"this cannot be read: {(error.strerror or 'unknown reason').lower()}"
    return Problem("unreadable-file", sentence, "check the path", Place(name, 1, 1))


def _too_large(file: str, sentence: str) -> Problem:
    return Problem("too-large", sentence, "split the desired state", Place(file, 1, 1))
