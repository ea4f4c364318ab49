"""Every example is right, complete and explained in an editor."""

import re
import shlex

import jsonschema
import pytest
import yaml

from reconciler import catalogue, desired, policy
from reconciler.bundle import bundle
from reconciler.core.problem import Invalid
from reconciler.secrets.resolve import resolve


def _folders(root):
    return sorted(file.parent for file in root.glob("examples/*/demo.env"))


def _exports(file):
    """Read a file of `export NAME=VALUE` the way a shell does."""
    words = shlex.split(file.read_text(), comments=True)
    return dict(word.split("=", 1) for word in words if word != "export")


@pytest.fixture
def root(pytestconfig, monkeypatch):
    """Stand where the examples say that commands run."""
    monkeypatch.chdir(pytestconfig.rootpath)
    return pytestconfig.rootpath


@pytest.fixture
def folders(root):
    found = _folders(root)
    assert found
    return found


@pytest.fixture
def files(root):
    return sorted(root.glob("examples/*/*.yaml"))


def test_every_example_is_valid_and_warns_of_retired_types_alone(folders):
    for folder in folders:
        _, problems = desired.load([str(folder)])
        assert {problem.code for problem in problems} <= {"retired-type"}


def test_every_secret_of_an_example_can_be_resolved_with_its_demonstration_values(
    folders, monkeypatch
):
    for folder in folders:
        for name, value in _exports(folder / "demo.env").items():
            monkeypatch.setenv(name, value)
        resolve(desired.load([str(folder)])[0])


def test_demonstration_values_are_those_that_the_example_reads(folders):
    for folder in folders:
        read = set()
        for file in folder.glob("*.yaml"):
            read |= set(re.findall(r"\{env: (\w+)\}", file.read_text()))
        assert _exports(folder / "demo.env").keys() == read


def test_every_example_points_an_editor_at_the_schema(files):
    for file in files:
        first, _ = file.read_text().split("\n", 1)
        named = first.removeprefix("# yaml-language-server: $schema=")
        assert named != first
        assert (file.parent / named).is_file()


def test_an_editor_finds_nothing_wrong_with_any_example(files):
    validator = jsonschema.Draft7Validator(bundle())
    for file in files:
        assert list(validator.iter_errors(yaml.safe_load(file.read_text()))) == []


def test_the_example_of_a_policy_allows_the_fleet(root, monkeypatch):
    allowed = policy.load("examples/policy.yaml")
    for name, value in _exports(root / "examples/fleet/demo.env").items():
        monkeypatch.setenv(name, value)
    told = []
    resolve(desired.load(["examples/fleet"], allowed)[0], allowed, told.append)
    assert told == []


def test_and_it_allows_no_other(root):
    allowed = policy.load("examples/policy.yaml")
    with pytest.raises(Invalid) as refused:
        desired.load(["examples/quickstart"], allowed)
    assert {problem.code for problem in refused.value.problems} == {"secret-not-allowed"}


def test_an_editor_finds_nothing_wrong_with_the_example_of_a_policy(root):
    text = (root / "examples/policy.yaml").read_text()
    jsonschema.validate(yaml.safe_load(text), catalogue.schema("policy"))
    assert (root / "examples" / text.partition("$schema=")[2].split()[0]).is_file()


def test_the_examples_show_every_living_type_once_at_least(folders):
    shown = {
        integration.type
        for folder in folders
        for project in desired.load([str(folder)])[0].projects
        for integration in project.integrations
    }
    assert shown >= {
        "PAGER_DUTY", "DATADOG", "WEBHOOK", "OPS_GENIE", "PROMETHEUS", "VICTOR_OPS", "SLACK",
        "MICROSOFT_TEAMS",
    }  # fmt: skip
