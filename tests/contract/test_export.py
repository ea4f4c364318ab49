"""What every type looks like when it is exported: a plan of it changes nothing, in each dialect."""

import json
import shutil
from pathlib import Path

import pytest
import yaml

from reconciler import catalogue
from reconciler.api.dialects import DIALECTS

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.fixture(params=sorted(DIALECTS))
def exported(request, run, tmp_path):
    """Export the project that has every type of a dialect; gives the dialect and the document."""
    shutil.copy(GOLDEN / f"export-{request.param}" / "seed.yaml", tmp_path)
    found = run("export", "--api", request.param, "--seed", "seed.yaml", "--output", "live.yaml")
    assert (found.return_value, found.output) == (0, "")
    return request.param, yaml.safe_load((tmp_path / "live.yaml").read_text())


def plan(run, *options):
    found = run("plan", "live.yaml", "--format", "json", *options)
    return found.return_value, json.loads(found.stdout)["totals"]


def test_the_project_has_every_type_that_the_dialect_offers(exported):
    dialect, document = exported
    (project,) = document["projects"]
    types = {integration["type"] for integration in project["integrations"]}
    assert types == catalogue.kinds(dialect).keys()


def test_a_plan_without_secrets_changes_nothing(exported, run):
    dialect, _ = exported
    code, totals = plan(run, "--secrets", "none", "--detailed-exitcode")
    assert (code, totals["keep"]) == (0, len(catalogue.kinds(dialect)))


def test_nor_does_a_plan_with_them(exported, run, tmp_path, monkeypatch):
    dialect, document = exported
    (kept,) = yaml.safe_load((tmp_path / "seed.yaml").read_text())["projects"]
    kept = {integration["type"]: integration for integration in kept["integrations"]}
    for integration in document["projects"][0]["integrations"]:
        for name, value in integration.items():
            if isinstance(value, dict):
                monkeypatch.setenv(value["env"], kept[integration["type"]][name])
    code, totals = plan(run, "--detailed-exitcode")
    assert (code, totals["keep"]) == (0, len(catalogue.kinds(dialect)))


def test_no_secret_and_no_end_of_one_is_in_the_file(exported, tmp_path):
    dialect, _ = exported
    text = (tmp_path / "live.yaml").read_text()
    (kept,) = yaml.safe_load((tmp_path / "seed.yaml").read_text())["projects"]
    for integration in kept["integrations"]:
        for name, field in catalogue.kinds(dialect)[integration["type"]].fields.items():
            if field.sensitive and name in integration:
                assert integration[name][-4:] not in text
    assert "**" not in text
