"""Accepted examples of every feature: `valid/*.yaml`.

A file that is accepted with warnings says which in its first line: `# warns: CODE CODE`.
"""

from pathlib import Path

import pytest

from reconciler import catalogue
from reconciler.core.secret import Literal, Reference
from reconciler.desired import load

FOLDER = Path(__file__).with_name("valid")
FILES = sorted(FOLDER.glob("*.yaml"))
DIALECTS = ("atlas", "atlas-v1", "cloud-manager", "ops-manager")


def of(name):
    """Give the integrations of each project of an example, by type."""
    desired, _ = load([str(FOLDER / f"{name}.yaml")])
    return [{item.type: item for item in project.integrations} for project in desired.projects]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_an_example_is_accepted_with_the_warnings_that_it_names(file):
    first = file.read_text().splitlines()[0]
    told = first.removeprefix("# warns: ").split() if first.startswith("# warns: ") else []
    _, problems = load([str(file)])
    assert sorted(problem.code for problem in problems) == told
    assert not any(problem.is_error for problem in problems)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_type_and_setting_of_a_dialect_has_an_example(dialect):
    [examples] = of(f"every-type-of-{dialect}")
    kinds = catalogue.kinds(dialect)
    assert examples.keys() == kinds.keys()
    for type_, kind in kinds.items():
        assert examples[type_].settings.keys() == {"type", *kind.fields}


def test_every_dialect_of_the_schema_has_examples():
    assert catalogue.schema("desired-state")["properties"]["api"]["enum"] == list(DIALECTS)


def test_what_is_sensitive_is_a_reference_or_hidden():
    [examples] = of("every-type-of-atlas")
    webhook = examples["WEBHOOK"].settings
    assert webhook["secret"] == Reference("env", "HOOK_SECRET")
    assert webhook["headersTemplate"] == Reference("file", "templates/headers.json")
    assert webhook["url"].as_written() == "https://hooks.example.com/atlas"
    assert webhook["bodyTemplate"].as_written() == '{"text": "${id}"}'
    for type_, kind in catalogue.kinds("atlas").items():
        for name, field in kind.fields.items():
            hidden = isinstance(examples[type_].settings[name], Reference | Literal)
            assert hidden == field.sensitive


def test_a_tombstone_has_no_settings():
    [examples] = of("tombstones")
    assert {item.type: dict(item.settings) for item in examples.values() if item.absent} == {
        type_: {} for type_ in ("NEW_RELIC", "PAGER_DUTY", "DATADOG", "OPS_GENIE")
    }
    assert not examples["VICTOR_OPS"].absent


def test_null_false_and_empty_stay_what_they_are():
    [nulls] = of("null-for-optional-settings")
    assert nulls["VICTOR_OPS"].settings["routingKey"] is None
    assert nulls["WEBHOOK"].settings["secret"] is None
    [values] = of("false-and-empty-are-values")
    assert values["VICTOR_OPS"].settings["routingKey"] == ""
    assert values["WEBHOOK"].settings["bodyTemplate"].as_written() == ""
    assert values["DATADOG"].settings["sendDatabaseMetrics"] is False


def test_what_is_shared_is_declared_in_every_place():
    payments, billing, shipping = of("anchors-and-merges")
    assert payments["PAGER_DUTY"].settings == billing["PAGER_DUTY"].settings
    assert shipping["PAGER_DUTY"].settings["region"] == "US"
    assert shipping["PAGER_DUTY"].settings["serviceKey"] == Reference("env", "PD_KEY")
    assert shipping["OPS_GENIE"].settings["region"] == "EU"
    assert shipping["OPS_GENIE"].settings["apiKey"] == Reference("env", "PD_KEY")


def test_a_name_is_as_it_is_written():
    desired, _ = load([str(FOLDER / "names-that-look-like-values.yaml")])
    assert [project.ref.id or project.ref.name for project in desired.projects] == [
        *("123456789012345678901234", "5d791c84ff7a2522cc4f9e10", "no", "2024-02-29"),
        *("0123", "1e10", "12:30:45", "2024", "true", "null"),
    ]


def test_a_project_prunes_as_it_says_and_else_as_its_file_says():
    desired, _ = load([str(FOLDER / "pruning.yaml")])
    assert [project.prune for project in desired.projects] == [True, False]
    assert load([str(FOLDER / "json.yaml")])[0].projects[0].prune is False


def test_a_rule_of_the_project_goes_before_that_of_its_file_and_the_widest_comes_first():
    desired, _ = load([str(FOLDER / "ignore-rules.yaml")])
    first, second = [
        [(rule.type, rule.field, rule.reason) for rule in project.ignore]
        for project in desired.projects
    ]
    assert first == [("SLACK", None, "everywhere"), ("PAGER_DUTY", "region", "everywhere")]
    assert second == [
        ("PAGER_DUTY", None, "all of it"),
        ("SLACK", None, "everywhere"),
        ("PAGER_DUTY", "region", "of its own"),
    ]
