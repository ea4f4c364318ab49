"""Files of YAML → one `Desired`, or every problem in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler import catalogue
from reconciler.core.problem import Invalid, Problem
from reconciler.core.state import Desired, DesiredProject, ProjectRef
from reconciler.desired.document import Document, Unreadable, read
from reconciler.desired.explain import Level, explain
from reconciler.desired.files import read_files
from reconciler.desired.integrations import IntegrationReader

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.core.problem import Place
    from reconciler.core.state import Integration


def load(paths: Sequence[str]) -> tuple[Desired, list[Problem]]:
    """Read files and directories, and give what they declare, with warnings.

    Projects come in the order of the files. Raises Invalid with every problem of all files.
    """
    reader = _Reader()
    for file, content in read_files(paths, reader.problems):
        try:
            reader.take(read(file, content))
        except Unreadable as error:
            reader.problems.append(error.problem)
    if any(problem.is_error for problem in reader.problems):
        raise Invalid(reader.problems)
    return Desired(reader.api, tuple(reader.projects)), reader.problems


class _Reader:
    """Gathers the projects of all files, and what is wrong with any of them."""

    def __init__(self) -> None:
        self.api = ""
        self.projects: list[DesiredProject] = []
        self.problems: list[Problem] = []
        self._api_at: Place | None = None
        self._by_id: dict[str, DesiredProject] = {}
        self._by_name: dict[str, list[DesiredProject]] = {}

    def take(self, document: Document) -> None:
        self.problems += document.problems
        whole = document.value
        level = _level(document, whole, 0, "the file", "file")
        self._check("file", level)
        if not isinstance(whole, dict) or not isinstance(whole.get("projects"), list):
            return
        api = whole.get("api")
        if api not in catalogue.schema("desired-state")["properties"]["api"]["enum"]:
            return
        self._same_api(api, document.place(whole, "api"))
        projects = whole["projects"]
        prune = whole.get("prune") is True
        for mark, item in zip(document.marks(projects), projects, strict=True):
            self._project(document, item, mark, prune=prune, api=api)

    def _same_api(self, api: str, at: Place) -> None:
        if self._api_at is None:
            self.api, self._api_at = api, at
        elif api != self.api:
            sentence = f"this file is for {api}, and {self._api_at} is for {self.api}"
            hint = "all files of a run name the same api; run them apart"
            self.problems.append(Problem("different-api", sentence, hint, at))

    def _project(
        self, document: Document, item: Any, mark: int, *, prune: bool, api: str
    ) -> None:
        self._check("project", _level(document, item, mark, "a project", "project"))
        if not isinstance(item, dict):
            return
        integrations = item.get("integrations")
        project = DesiredProject(
            ProjectRef(_text(item.get("id")), _text(item.get("name"))),
            item["prune"] if isinstance(item.get("prune"), bool) else prune,
            tuple(self._integrations(document, integrations, api)),
            document.file,
            mark,
        )
        self._only_once(project)
        self.projects.append(project)

    def _integrations(self, document: Document, items: Any, api: str) -> Iterator[Integration]:
        if not isinstance(items, list):
            return
        reader = IntegrationReader(document, api, self.problems)
        types: dict[str, Integration] = {}
        for mark, item in zip(document.marks(items), items, strict=True):
            integration = reader.read(item, mark)
            if integration is None:
                continue
            first = types.setdefault(integration.type, integration)
            if first is not integration:
                sentence = f"{integration.type} is declared a second time in this project"
                hint = f"the first one is at {first.at}; keep one of them"
                problem = Problem("duplicate-integration", sentence, hint, integration.at)
                self.problems.append(problem)
            yield integration

    def _only_once(self, project: DesiredProject) -> None:
        ref = project.ref
        first = self._by_id.setdefault(ref.id, project) if ref.id else project
        if first is project and ref.name:
            same_name = self._by_name.setdefault(ref.name, [])
            first = next((p for p in same_name if not (p.ref.id and ref.id)), project)
            same_name.append(project)
        if first is not project:
            sentence = f"the project {ref} is declared a second time"
            hint = f"the first one is at {first.at}; put them together"
            self.problems.append(Problem("duplicate-project", sentence, hint, project.at))

    def _check(self, part: str, level: Level) -> None:
        self.problems += explain(catalogue.envelope(part).iter_errors(level.instance), level)


def _level(document: Document, instance: Any, mark: int, subject: str, part: str) -> Level:
    whole = catalogue.schema("desired-state")
    properties = (whole if part == "file" else whole["$defs"][part])["properties"]
    return Level(subject, instance, document.placer(instance, mark), tuple(properties))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
