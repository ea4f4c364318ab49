"""In GitHub Actions and GitLab, what is told stands where people look, by paths of the checkout."""

import json
import re
from pathlib import Path

import pytest

STATE = """
version: 1
api: atlas
projects:
  - id: 5d791c84ff7a2522cc4f9aa1
    name: payments
    integrations:
      - {type: PAGER_DUTY, serviceKey: {env: PD_KEY}, region: US}
"""
GITHUB = ("--format", "github")


@pytest.fixture
def summary(run, monkeypatch, tmp_path):
    monkeypatch.setenv("PD_KEY", "00112233445566778899aabbccddeeff")
    Path("desired.yaml").write_text(STATE)
    file = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(file))
    return file


@pytest.mark.parametrize("options", [GITHUB, ("--format", "github=annotations.txt")])
def test_annotations_come_with_the_summary_of_the_step(options, run, summary):
    summary.write_text("of another step\n")
    for _ in range(2):
        assert run("plan", "desired.yaml", *options).return_value == 0
    text = summary.read_text()
    assert text.startswith("of another step\n<!-- reconciler:plan -->\n### ~ reconciler plan\n")
    assert text.count("\n### ~ reconciler plan\n") == 2
    assert text.count("1 to create") == 4


def test_no_other_form_writes_a_summary(run, summary):
    run("plan", "desired.yaml", "--format", "markdown=plan.md")
    assert not summary.exists()


def test_a_summary_that_cannot_be_written_is_a_warning(run, summary):
    summary.mkdir()
    result = run("plan", "desired.yaml", *GITHUB)
    assert result.return_value == 0
    assert "warning: summary-unwritable: " in result.stderr
    assert "is a directory" in result.stderr
    assert "::notice title=" in result.stdout


def test_a_summary_stays_as_large_as_is_shown(run, summary):
    before = "x" * (1024 * 1024 - 100)
    summary.write_text(before)
    result = run("plan", "desired.yaml", *GITHUB)
    assert result.return_value == 0
    assert "summary-unwritable" in result.stderr
    assert summary.read_text() == before


@pytest.mark.parametrize("variable", ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"])
def test_files_are_told_by_their_path_in_the_checkout(
    variable, run, summary, monkeypatch, tmp_path
):
    monkeypatch.setenv(variable, str(tmp_path))
    folder = tmp_path / "infra" / "state"
    folder.mkdir(parents=True)
    (folder / "desired.yaml").write_text(STATE)
    monkeypatch.chdir(folder.parent)
    absolute = str(folder / "desired.yaml")
    for given in ("state/desired.yaml", "../infra/state/desired.yaml", absolute):
        assert _told(run, given) == {"infra/state/desired.yaml"}
    monkeypatch.setenv(variable, str(tmp_path / "elsewhere"))
    assert _told(run, "state/desired.yaml") == {"state/desired.yaml"}


def _told(run, given):
    """Give every file that an annotation, a result or a place in a list of findings names."""
    forms = ("sarif", "gitlab", "github")
    asked = [part for form in forms for part in ("--format", f"{form}=report.{form}")]
    run("plan", given, *asked)
    sarif, gitlab, github = (Path(f"report.{form}").read_text() for form in forms)
    [result] = json.loads(sarif)["runs"][0]["results"]
    paths = {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]}
    paths |= {issue["location"]["path"] for issue in json.loads(gitlab)}
    return paths | set(re.findall("file=([^,]*)", github))
