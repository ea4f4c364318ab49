"""Read many projects at once, and give each as it arrives."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from typing import TYPE_CHECKING, TypeVar

from reconciler.api.errors import ApiError, Halted
from reconciler.api.stop import Stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from reconciler.core.state import ProjectRef

T = TypeVar("T")


def observe(
    ask: Callable[[ProjectRef], T],
    refs: Sequence[ProjectRef],
    concurrency: int,
    progress: Callable[[int, int], None],
) -> Iterator[tuple[ProjectRef, T | ApiError]]:
    """Give every project with what `ask` gives for it, or why it could not be read.

    Their ids are known. They come as they arrive, in no order, so that live data need never be held
    whole. Raises Halted when the API asks for too long a wait, and Stopped when the run is ending
    for another reason.
    """
    pool = ThreadPoolExecutor(concurrency)
    end: Halted | Stopped | None = None
    try:
        waiting = {pool.submit(ask, ref): ref for ref in refs}
        for number, future in enumerate(as_completed(tuple(waiting)), start=1):
            ref = waiting.pop(future)
            progress(number, len(refs))
            found = _result(future)
            if isinstance(found, Halted):  # it stops the others, which may be heard of first
                end = found
            elif isinstance(found, Stopped):
                end = end or found
            else:
                yield ref, found
        if end:
            raise end
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _result(future: Future[T]) -> T | ApiError | Stopped:
    try:
        return future.result()
    except (ApiError, Stopped) as error:
        return error
