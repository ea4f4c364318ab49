"""Shows how far long work has come, on stderr and only on a terminal."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console
    from rich.progress import Progress

_WORTH_SHOWING = 20
_bars: list[Progress] = []
"""The bar that is on the terminal now, if one is."""


def _nothing(doing: str, done: int, whole: int) -> None:
    del doing, done, whole


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """Give a function that takes what is being done, how much is done, and how much there is.

    A bar is there from the first step of long work to the last, and leaves nothing behind, so that
    what comes in between, such as a question, has the terminal to itself.
    """

    def show(doing: str, done: int, whole: int) -> None:
        if whole < _WORTH_SHOWING:
            return
        if not _bars:
            _bars.append(_bar())
            _bars[0].add_task(doing, total=whole)
        _bars[0].update(_bars[0].task_ids[0], completed=done)
        if done == whole:
            _bars.pop().stop()

    try:
        yield show if sys.stderr and sys.stderr.isatty() else _nothing
    finally:
        while _bars:
            _bars.pop().stop()


def say(line: str) -> None:
    """Show a line on stderr, above the bar if there is one; any thread may."""
    for bar in _bars[:1]:
        bar.console.print(line, markup=False, highlight=False, soft_wrap=True)
        return
    if sys.stderr:
        sys.stderr.write(f"{line}\n")


def _bar() -> Progress:
    from rich.console import Console

    bar = bar_on(Console(stderr=True))
    bar.start()
    return bar


def bar_on(console: Console) -> Progress:
    """Make a bar with what is done, how far, and how long the rest will take; not yet started."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=console, transient=True)
