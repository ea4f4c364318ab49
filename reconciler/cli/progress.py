"""Shows how far long work has come, on stderr and only on a terminal."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_WORTH_SHOWING = 20


def _nothing(doing: str, done: int, whole: int) -> None:
    del doing, done, whole


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """Give a function that takes what is being done, how much is done, and how much there is."""
    if not sys.stderr.isatty():
        yield _nothing
        return
    from rich.console import Console
    from rich.progress import Progress, TaskID

    tasks: dict[str, TaskID] = {}
    with Progress(console=Console(stderr=True), transient=True) as bars:

        def show(doing: str, done: int, whole: int) -> None:
            if whole < _WORTH_SHOWING:
                return
            if doing not in tasks:
                tasks[doing] = bars.add_task(doing, total=whole)
            bars.update(tasks[doing], completed=done, total=whole)

        yield show
