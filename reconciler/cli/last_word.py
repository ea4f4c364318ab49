"""What is said of an error that nothing else took in: its type and place, never its message.

A message may quote a secret, and so may what libraries write to stderr by themselves.
"""

from __future__ import annotations

import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

_PR_SET_DUMPABLE = 4
"""As <linux/prctl.h> has it."""


def install() -> None:
    """Have every error that nobody takes in told in this way, those of threads among them."""
    sys.excepthook = _of_main
    sys.unraisablehook = lambda told: tell(told.exc_value)
    threading.excepthook = lambda told: tell(told.exc_value)


def silence_libraries() -> None:
    """Keep libraries from logging to stderr, as they do where nobody has asked for a log.

    They quote headers and addresses there.
    """
    import logging

    root = logging.getLogger()
    if not root.handlers:
        root.addHandler(logging.NullHandler())


def keep_no_core() -> None:
    """Leave no image of the memory behind, should the process crash."""
    import resource

    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def shut_others_out() -> None:
    """Keep other processes of the same user from reading the memory, where Linux can do that.

    A handler of cores that is a pipe gets none either, which the limit alone does not see to. For
    commands that hold secrets; in a process that is not this program's own it does nothing.
    """
    if sys.excepthook is not _of_main:
        return
    import ctypes

    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def tell(error: BaseException | None) -> None:
    """Say on stderr that this program made a mistake, and where."""
    from reconciler.run import mistake

    if error is not None and sys.stderr:
        problem = mistake(error)
        sys.stderr.write(f"reconciler: {problem.code}: {problem.message}\n    {problem.hint}\n")


def _of_main(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    del kind, trace
    tell(error)
