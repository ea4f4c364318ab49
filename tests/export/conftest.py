"""Live projects as the API shows them, exported, read back and compared."""

from dataclasses import dataclass

import pytest

from reconciler import catalogue, desired
from reconciler.api.codec import decode_integrations
from reconciler.core.diff import diff
from reconciler.core.state import LiveProject, ProjectRef
from reconciler.export import Export, declare, lay_out
from reconciler.secrets.resolve import resolve

REF = ProjectRef("5d791c84ff7a2522cc4f9aa1", "payments-prod")


def everything(type_):
    return True


@dataclass(frozen=True)
class Exporter:
    """Goes from what the API shows to the text, and back to what a plan would find."""

    file: object
    api: str = "atlas"

    def live(self, *results, ref=REF):
        return LiveProject(ref, decode_integrations(list(results), catalogue.kinds(self.api)))

    def declare(self, *results, ref=REF):
        return declare(self.api, self.live(*results, ref=ref), everything)

    def text(self, *lives, **options):
        declared = [declare(self.api, live, everything) for live in lives]
        return lay_out(Export(self.api, declared, **options))

    def read(self, text):
        """Read the text as a desired state; gives it and all problems, none of them an error."""
        self.file.write_text(text, encoding="utf-8")
        return desired.load([str(self.file)])

    def changes(self, text, *lives, filled=False):
        """Compare what the text declares with what is live."""
        declared, _ = self.read(text)
        found = {
            project.ref.id: project
            for project in (resolve(declared) if filled else declared).projects
        }
        assert found.keys() == {live.ref.id for live in lives}
        kinds = catalogue.kinds(self.api)
        return [change for live in lives for change in diff(found[live.ref.id], live, kinds)]


@pytest.fixture
def exporter(tmp_path):
    return Exporter(tmp_path / "exported.yaml")


@pytest.fixture
def exporter_of(tmp_path):
    return lambda api: Exporter(tmp_path / "exported.yaml", api)
