"""Read what is live, many projects at once; one that cannot be read fails alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.core.problem import Failed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reconciler.api.client import Client
    from reconciler.core.problem import Place
    from reconciler.core.state import LiveProject, ProjectRef
    from reconciler.run import Run


def read(
    run: Run, client: Client, places: Mapping[ProjectRef, Place | None]
) -> Iterator[LiveProject]:
    """Give each project as it arrives, in no order; one that cannot be read becomes a problem.

    `places` are the projects, and where each is declared. Raises Failed when the API asks for too
    long a wait.
    """
    from reconciler.api.errors import ApiError, Halted
    from reconciler.api.observe import observe

    def progress(done: int, whole: int) -> None:
        run.job.progress("Reading", done, whole)

    try:
        for ref, live in observe(client, list(places), run.job.target.concurrency, progress):
            if isinstance(live, ApiError):
                run.unread.append(ref)
                run.problems.append(live.problem(f"reading project {ref}", places[ref]))
            else:
                yield live
    except Halted as error:
        problem = error.problem("reading the projects")
    else:
        return
    raise Failed(problem)
