"""Put a report where it belongs: stdout or a file; what else there is to say goes to stderr."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import replace
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from reconciler.cli.step_summary import summarize
from reconciler.core.exits import Exit
from reconciler.report import FORMATS, Report, Style
from reconciler.report.problems import problem_lines
from reconciler.report.prometheus import keep_last_success
from reconciler.report.view import safe_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.cli.options import Output
    from reconciler.core.problem import Problem

_NARROWEST = 60
_MODES = {"prometheus": 0o644}
"""The node exporter runs as another user; other reports are their owner's to show around."""


def show(report: Report, output: Output) -> int:
    """Write the report in every asked form, and give the exit code.

    One file that cannot be written keeps no other from being written.
    """
    report = replace(report, finished=now(), took=since(output.begun))
    whole = [_save(file, _text(report, file, form), form) for file, form in output.files.items()]
    if output.file:
        text = _text(report, output.file, output.format)
    else:
        text = FORMATS[output.format](report, style_of(sys.stdout, output))
    code = put(text, report, output)
    if "github" in (output.format, *output.files.values()) and (problem := summarize(report)):
        tell([problem], output)
    if not all(whole):
        code = code or int(Exit.FAILED)
    if output.file or output.format != "text" or _is_out_of_sight(sys.stdout):
        tell(report.problems, output)
    return code


def _is_out_of_sight(stream: TextIO | None) -> bool:
    """Tell whether what is written to stdout goes into a file, or past a person at a terminal."""
    try:
        mode = os.fstat(stream.fileno()).st_mode if stream else 0
    except (OSError, ValueError):  # a stand-in for a stream
        return False
    watched = sys.stderr is not None and sys.stderr.isatty()
    return stat.S_ISREG(mode) or (stat.S_ISFIFO(mode) and watched)


def now() -> int:
    """Give the time, in seconds since 1970."""
    return int(time.time())


def since(begun: float) -> float:
    """Say how many seconds have passed since a moment of the monotonic clock."""
    return time.monotonic() - begun


def _text(report: Report, file: Path, form: str) -> str:
    """Write a report that replaces a file, whose last success outlives a run that failed."""
    text = FORMATS[form](report, _plain())
    if form == "prometheus" and file.is_file():
        with suppress(OSError, UnicodeDecodeError):
            return keep_last_success(text, file.read_text(encoding="utf-8"))
    return text


def _save(file: Path, text: str, form: str) -> bool:
    """Write a report to a file, and say whether that worked; if not, why has been told."""
    try:
        write_file(file, text, mode=_MODES.get(form, 0o600))
    except OSError as error:
        why = (error.strerror or "unknown reason").lower()
        sentence = safe_text(f"{file} cannot be written: {why}")
        write(sys.stderr, f"reconciler: unwritable-output: {sentence}\n")
        return False
    return True


def put(text: str, report: Report, output: Output) -> int:
    """Write what a run came to, and give the exit code."""
    if output.file:
        whole = _save(output.file, text, output.format)
        if not whole:  # what was done must be told somewhere
            write(sys.stdout, text)
    else:
        whole = write(sys.stdout, text)
        if not whole:
            write(sys.stderr, "reconciler: unwritable-output: the report cannot be written\n")
    return int(report.exit) or int(Exit.OK if whole else Exit.FAILED)


def tell(problems: Iterable[Problem], output: Output) -> None:
    """Say on stderr what went wrong."""
    lines = problem_lines(problems, style_of(sys.stderr, output))
    write(sys.stderr, "".join(f"{line}\n" for line in lines))


def style_of(stream: TextIO | None, output: Output) -> Style:
    """Say how the stream looks: colour on a terminal only, and not against the user's will."""
    terminal = stream is not None and stream.isatty() and not output.file
    unwanted = output.no_color or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    width = shutil.get_terminal_size().columns if terminal else 80
    colour = terminal and not unwanted
    return replace(_plain(), width=max(width, _NARROWEST), colour=colour)


def _plain() -> Style:
    """Say how a file looks; in a CI system, files are told from the folder that it names."""
    root = os.environ.get("GITHUB_WORKSPACE") or os.environ.get("CI_PROJECT_DIR")
    with suppress(OSError, ValueError):
        if root:
            return Style(root=str(Path(root).resolve()), here=str(Path.cwd()))
    return Style()


def write_file(file: Path, text: str, *, mode: int = 0o600, group: int = -1) -> None:
    """Replace a file at once and for good: whoever looks sees the old one or the new one, whole.

    Unless `mode` says otherwise, its owner alone may read it. `group` is the id of the group to
    give it to, which is not done where it is not allowed. What is no file, such as a pipe or a
    device, is written to and stays what it is.
    """
    if file.exists() and not file.is_file():
        with file.open("w", encoding="utf-8") as stream:
            stream.write(text)
        return
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with open(handle, "w", encoding="utf-8") as stream:  # noqa: PTH123 - it is a descriptor
            stream.write(text)
            stream.flush()
            with suppress(PermissionError):
                os.fchown(handle, -1, group)
            os.fchmod(handle, mode)
            os.fsync(stream.fileno())
        Path(temporary).replace(file)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def write(stream: TextIO | None, text: str) -> bool:
    """Write all, and say whether that worked; a reader that has gone away is no error of ours."""
    try:
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
        if stream is not None:
            stream.write(text)
            stream.flush()
    except OSError as error:
        if stream is not None:  # or Python tries once more at its end
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return isinstance(error, BrokenPipeError)
    return stream is not None
