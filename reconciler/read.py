"""Read what is live: the list of projects, and many of them at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from reconciler.core.problem import Failed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from reconciler.api.client import Client
    from reconciler.core.problem import Place
    from reconciler.core.state import ProjectRef
    from reconciler.run import Run

T = TypeVar("T")


def listed(client: Client, org_id: str | None = None) -> list[ProjectRef]:
    """List the projects that the credentials can see, of one organization or all. Raises Failed."""
    from reconciler.api.errors import ApiError

    try:
        return client.projects(org_id)
    except ApiError as error:
        problem = error.problem("listing the projects")
    raise Failed(problem)


def read(
    run: Run,
    ask: Callable[[ProjectRef], T],
    places: Mapping[ProjectRef, Place | None],
    what: str = "",
) -> Iterator[T]:
    """Give what is asked of each project as it arrives, in no order.

    A project that cannot be read becomes a problem. `places` are the projects, and where each is
    declared; `what` is put before them in messages, such as `the targets of `. Raises Failed when
    the API asks for too long a wait.
    """
    from reconciler.api.errors import ApiError, Halted
    from reconciler.api.observe import observe

    def progress(done: int, whole: int) -> None:
        run.job.progress("Reading", done, whole)

    try:
        for ref, found in observe(ask, list(places), run.job.target.concurrency, progress):
            if isinstance(found, ApiError):
                run.unread.append(ref)
                run.problems.append(found.problem(f"reading {what}project {ref}", places[ref]))
            else:
                yield found
    except Halted as error:
        problem = error.problem(f"reading {what}the projects")
    else:
        return
    raise Failed(problem)
