"""Builders of the values that core compares, and runs of the command line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, settings

from reconciler import catalogue
from reconciler.api.codec import decode_integrations
from reconciler.cli import cli
from reconciler.core.problem import pack
from reconciler.core.secret import Literal, Secret
from reconciler.core.state import DesiredProject, Integration, LiveProject, ProjectRef

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT.parent / "shared" / "api"
PROJECT = ProjectRef("5d791c84ff7a2522cc4f9aa1", "payments")

settings.register_profile(
    "ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ci")


@dataclass(frozen=True)
class Build:
    """Makes desired and live values from plain settings: every sensitive one becomes hidden."""

    api: str = "atlas"

    @property
    def kinds(self):
        return catalogue.kinds(self.api)

    def integration(self, type_, absent=False, **settings):
        fields = self.kinds[type_].fields
        hidden = {
            name: (Literal if fields[name].literal else Secret)(value)
            if name in fields and fields[name].sensitive and isinstance(value, str)
            else value
            for name, value in settings.items()
        }
        marks = [pack(9, 8)] * len(hidden)
        return Integration(type_, hidden, absent, "state.yaml", pack(8, 8), marks)

    def project(self, *integrations, prune=False, ref=PROJECT):
        return DesiredProject(ref, prune, integrations, "state.yaml", pack(5, 4))

    def live(self, *results, ref=PROJECT):
        return LiveProject(ref, decode_integrations(list(results), self.kinds))


@pytest.fixture
def build() -> Build:
    return Build()


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run the command line in an empty folder; the simulator's state is `state.db` in it."""
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        monkeypatch.delenv(name, raising=False)
    for name in ("PUBLIC_API_KEY", "PRIVATE_API_KEY", "BASE_URL", "CLIENT_ID", "CLIENT_SECRET"):
        monkeypatch.delenv(f"MONGODB_ATLAS_{name}", raising=False)

    def invoke(*arguments: str, simulate: bool = True) -> Result:
        connect = ["--simulate", "state.db"] if simulate and arguments[0] != "validate" else []
        return CliRunner().invoke(cli, [*arguments, *connect], standalone_mode=False)

    return invoke


@pytest.fixture
def reference() -> Path:
    if not REFERENCE.is_dir():
        pytest.skip("the recorded answers are not beside this checkout")
    return REFERENCE


def pytest_addoption(parser):
    parser.addoption("--update-golden", action="store_true", help="Rewrite the expected outputs.")
    parser.addoption("--full", action="store_true", help="Carry out whole campaigns.")
