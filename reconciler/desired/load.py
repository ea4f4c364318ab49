"""Files of YAML → one `Desired`, or every problem in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from reconciler import catalogue
from reconciler.core.policy import NO_POLICY
from reconciler.core.problem import Invalid, Place, Problem
from reconciler.core.state import Desired, DesiredProject, ProjectRef
from reconciler.desired.document import Document, read
from reconciler.desired.explain import Breach, Level, explain
from reconciler.desired.files import read_files
from reconciler.desired.ignore import IgnoreReader, merged
from reconciler.desired.integrations import IntegrationReader
from reconciler.desired.syntax import Unreadable
from reconciler.desired.twice import declared_twice

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.core.policy import Policy
    from reconciler.core.state import Ignore, Integration


def load(paths: Sequence[str], policy: Policy = NO_POLICY) -> tuple[Desired, list[Problem]]:
    """Read files and directories, and give what they declare, with warnings.

    Projects come in the order of the files. Raises Invalid with every problem of all files, and
    with all that the operator's policy does not allow.
    """
    reader = _Reader(policy)
    for file, content in read_files(paths, reader.problems):
        try:
            reader.take(read(file, content))
        except Unreadable as error:
            reader.problems.append(error.problem)
    reader.problems += declared_twice(reader.projects)
    if any(problem.is_error for problem in reader.problems):
        raise Invalid(reader.problems)
    return Desired(reader.api, tuple(reader.projects)), reader.problems


class _Shared(NamedTuple):
    """What the projects of one file have in common."""

    integrations: IntegrationReader
    rules: IgnoreReader
    ignore: tuple[Ignore, ...]
    prune: bool


class _Reader:
    """Gathers the projects of all files, and what is wrong with any of them."""

    def __init__(self, policy: Policy) -> None:
        self.api = ""
        self._policy = policy
        self.projects: list[DesiredProject] = []
        self.problems: list[Problem] = []
        self._api_at: Place | None = None

    def take(self, document: Document) -> None:
        self.problems += document.problems
        whole = document.value
        self._check("file", document, whole, 0)
        if not isinstance(whole, dict):
            return
        api = self._api_of(whole, document.placer(whole, 0)("api"))
        projects = whole.get("projects")
        if isinstance(projects, list):
            rules = IgnoreReader(document, api, self.problems)
            shared = _Shared(
                IntegrationReader(document, api, self._policy, self.problems),
                rules,
                rules.read(whole.get("ignore")),
                prune=whole.get("prune") is True,
            )
            for mark, item in zip(document.marks(projects), projects, strict=True):
                self._project(document, item, mark, shared)

    def _api_of(self, whole: dict[str, Any], at: Place) -> str | None:
        """Name the API, if it is one; all files must name the same."""
        api = whole.get("api")
        if api not in catalogue.schema("desired-state")["properties"]["api"]["enum"]:
            return None
        if self._api_at is None:
            self.api, self._api_at = str(api), at
        elif api != self.api:
            sentence = f"this file is for {api}, and {self._api_at} is for {self.api}"
            hint = "all files of a run name the same api; run them apart"
            self.problems.append(Problem("different-api", sentence, hint, at))
        return str(api)

    def _project(self, document: Document, item: Any, mark: int, shared: _Shared) -> None:
        self._check("project", document, item, mark)
        if not isinstance(item, dict):
            return
        integrations = item.get("integrations")
        own_prune = item.get("prune")
        ref = ProjectRef(_text(item.get("id")), _text(item.get("name")))
        self.projects.append(
            DesiredProject(
                ref,
                own_prune if isinstance(own_prune, bool) else shared.prune,
                tuple(self._integrations(document, ref, integrations, shared.integrations)),
                document.file,
                mark,
                canary=item.get("canary") is True,
                ignore=merged(shared.rules.read(item.get("ignore")), shared.ignore),
            )
        )

    def _integrations(
        self, document: Document, ref: ProjectRef, items: Any, reader: IntegrationReader
    ) -> Iterator[Integration]:
        if not isinstance(items, list):
            return
        firsts: dict[str, Integration] = {}
        for mark, item in zip(document.marks(items), items, strict=True):
            integration = reader.read(ref, item, mark)
            if integration is None:
                continue
            first = firsts.setdefault(integration.type, integration)
            if first is not integration:
                sentence = f"{integration.type} is declared a second time in this project"
                hint = f"the first one is at {first.at}; keep one of them"
                problem = Problem("duplicate-integration", sentence, hint, integration.at)
                self.problems.append(problem)
            yield integration

    def _check(self, part: str, document: Document, instance: Any, mark: int) -> None:
        breaches = [Breach.of(error) for error in catalogue.envelope(part).iter_errors(instance)]
        if breaches:
            whole = catalogue.schema("desired-state")
            known = (whole if part == "file" else whole["$defs"][part])["properties"]
            subject = "the file" if part == "file" else "a project"
            place = document.placer(instance, mark)
            self.problems += explain(breaches, Level(subject, instance, place, tuple(known)))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
