"""Read many projects at once, and give each as it arrives."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from typing import TYPE_CHECKING, Generic, TypeVar

from reconciler.api.errors import ApiError, Halted
from reconciler.api.stop import Stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from types import TracebackType
    from typing import Self

    from reconciler.core.state import ProjectRef

T = TypeVar("T")


class Observer(Generic[T]):
    """Asks one thing about many projects whose ids are known, from several threads.

    Leaving the `with` block begins nothing more, and waits for nothing that is under way.
    """

    def __init__(self, ask: Callable[[ProjectRef], T], concurrency: int) -> None:
        """Ask nothing yet."""
        self._ask = ask
        self._pool = ThreadPoolExecutor(concurrency)
        self._asked: dict[str | None, Future[T]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def begin(self, refs: Iterable[ProjectRef]) -> None:
        """Ask about projects that will be wanted; who they are, their ids say."""
        for ref in refs:
            if ref.id not in self._asked:
                self._asked[ref.id] = self._pool.submit(self._ask, ref)

    def observe(
        self, refs: Collection[ProjectRef], progress: Callable[[int, int], None]
    ) -> Iterator[tuple[ProjectRef, T | ApiError]]:
        """Give every project with what was found, or why it could not be read.

        They come as they arrive, in no order, so that live data need never be held whole. Raises
        Halted when the API asks for too long a wait, and Stopped when the run is ending for another
        reason.
        """
        self.begin(refs)
        waiting = {self._asked.pop(ref.id): ref for ref in refs}
        end: Halted | Stopped | None = None
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


def _result(future: Future[T]) -> T | ApiError | Stopped:
    try:
        return future.result()
    except (ApiError, Stopped) as error:
        return error
