"""Read what is live: the list of projects, and many of them at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from reconciler.core.problem import Failed, warning
from reconciler.core.state import ProjectRef

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from reconciler.api.client import Client
    from reconciler.api.observe import Observer
    from reconciler.core.problem import Place
    from reconciler.core.state import Desired
    from reconciler.run import Run

T = TypeVar("T")
_LIST_REFUSED = ("no-access", "not-found")


def listed(client: Client, org_id: str | None = None) -> list[ProjectRef]:
    """List the projects that the credentials can see, of one organization or all. Raises Failed."""
    from reconciler.api.errors import ApiError

    try:
        return client.projects(org_id)
    except ApiError as error:
        problem = error.problem("listing the projects")
    raise Failed(problem)


def listed_for(run: Run, client: Client, declared: Desired) -> list[ProjectRef]:
    """List the projects; give none where that is refused, and ids alone are declared.

    An id says which project is meant, and reading it will say whether it can be read. Where a name
    stands beside one that is not listed, the project is asked what it is called.
    """
    try:
        refs = listed(client)
        return refs + _unlisted(run, client, declared, {ref.id for ref in refs})
    except Failed as error:
        problem = error.problem
    if problem.code not in _LIST_REFUSED or any(one.ref.name for one in declared.projects):
        raise Failed(problem)
    sentence = f"{problem.message}; every project is declared by its id, so the run goes on"
    run.problems.append(warning("projects-not-listed", sentence, problem.hint))
    return []


def _unlisted(
    run: Run, client: Client, declared: Desired, ids: Collection[str | None]
) -> list[ProjectRef]:
    """Read projects that are declared by an id that is not listed, and by a name that may be wrong.

    What cannot be read is left out: reading its integrations will say why.
    """
    from reconciler.api.errors import Halted

    refs = [project.ref for project in declared.projects if project.ref.name]
    refs = [ref for ref in refs if ref.id and ref.id not in ids]
    if not refs:
        return []
    try:
        with observing(run, client.project) as observer:
            found = [one for _, one in observer.observe(refs, lambda *_: None)]
    except Halted as error:
        problem = error.problem("reading the projects")
    else:
        return [one for one in found if isinstance(one, ProjectRef)]
    raise Failed(problem)


def observing(run: Run, ask: Callable[[ProjectRef], T]) -> Observer[T]:
    """Open what asks about many projects at once, as many as the run may."""
    from reconciler.api.observe import Observer

    return Observer(ask, run.job.target.concurrency)


def read(
    run: Run,
    ask: Callable[[ProjectRef], T],
    places: Mapping[ProjectRef, Place | None],
    what: str = "",
) -> Iterator[tuple[ProjectRef, T]]:
    """Give what is asked of each project as it arrives: see `collect`."""
    with observing(run, ask) as observer:
        yield from collect(run, observer, places, what)


def collect(
    run: Run, observer: Observer[T], places: Mapping[ProjectRef, Place | None], what: str = ""
) -> Iterator[tuple[ProjectRef, T]]:
    """Give each project with what is found of it, as it arrives, in no order.

    A project that cannot be read becomes a problem. `places` are the projects, and where each is
    declared; `what` is put before them in messages, such as `the targets of `. Raises Failed when
    the API asks for too long a wait.
    """
    from reconciler.api.errors import ApiError, Halted

    def progress(done: int, whole: int) -> None:
        run.job.progress("Reading", done, whole)

    try:
        for ref, found in observer.observe(list(places), progress):
            if isinstance(found, ApiError):
                run.unread.append(ref)
                run.problems.append(found.problem(f"reading {what}project {ref}", places[ref]))
            else:
                yield ref, found
    except Halted as error:
        problem = error.problem(f"reading {what}the projects")
    else:
        return
    raise Failed(problem)
