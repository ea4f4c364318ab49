"""Integrations that refer to secrets, and no secrets of anybody else."""

import os

import pytest

from reconciler.core.problem import Invalid, pack
from reconciler.core.secret import Reference
from reconciler.core.state import Desired, DesiredProject, Integration, ProjectRef
from reconciler.secrets.resolve import resolve


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    """Start with an empty environment, in an empty folder."""
    for name in list(os.environ):
        if name.startswith(("MONGODB_", "KEY")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def declare():
    """Declare projects, each a list of (type, settings); every setting stands in its own line."""

    def declared(*projects):
        lines = iter(range(1000))
        return Desired(
            "atlas",
            tuple(
                DesiredProject(
                    ProjectRef(None, f"project-{number}"),
                    prune=False,
                    integrations=tuple(
                        Integration(
                            type_,
                            {"type": type_, **settings},
                            absent=False,
                            file="state.yaml",
                            mark=0,
                            marks=[pack(next(lines), 8) for _ in range(1 + len(settings))],
                        )
                        for type_, settings in integrations
                    ),
                    file="state.yaml",
                    mark=0,
                )
                for number, integrations in enumerate(projects)
            ),
        )

    return declared


@pytest.fixture
def resolved(declare):
    """Resolve one secret, of a type that takes any text, and give its value or the problem."""

    def value(source, name, type_="OPS_GENIE", setting="apiKey"):
        desired = declare([(type_, {setting: Reference(source, name)})])
        try:
            done = resolve(desired)
        except Invalid as invalid:
            [problem] = invalid.problems
            return problem
        return done.projects[0].integrations[0].settings[setting].reveal()

    return value
