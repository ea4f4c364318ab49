"""One run, several reports: each is whole, whatever became of the run."""

import json
import os
from pathlib import Path

import click
import pytest

from reconciler.cli import output

STATE = """
version: 1
api: atlas
projects:
  - id: 5d791c84ff7a2522cc4f9aa1
    name: payments
    integrations:
      - {type: PAGER_DUTY, serviceKey: {env: PD_KEY}, region: US}
"""


@pytest.fixture(autouse=True)
def _state(run, monkeypatch):
    monkeypatch.setenv("PD_KEY", "00112233445566778899aabbccddeeff")
    Path("desired.yaml").write_text(STATE)


def test_files_come_beside_the_report_for_people(run):
    result = run("plan", "desired.yaml", "--format", "json=plan.json", "--format", "csv=plan.csv")
    assert "Plan: 1 to create" in result.stdout
    assert json.loads(Path("plan.json").read_text())["totals"]["create"] == 1
    assert Path("plan.csv").read_text().startswith('"record"')


def test_one_form_without_a_file_is_that_of_stdout(run):
    result = run("plan", "desired.yaml", "--format", "json", "--format", "markdown=plan.md")
    assert json.loads(result.stdout)["command"] == "plan"
    assert Path("plan.md").read_text().startswith("<!-- reconciler:plan -->\n")


def test_a_refused_run_replaces_the_report_of_an_earlier_one(run):
    Path("plan.md").write_text("Nothing is left to do")
    result = run(
        "apply", "desired.yaml", "--yes", "--expect", "sha256:0", "--format", "markdown=plan.md"
    )
    assert result.return_value == 4
    assert "stale-plan" in Path("plan.md").read_text()
    assert "Nothing is left to do" not in Path("plan.md").read_text()


def test_a_file_that_cannot_be_written_is_told_and_the_others_are(run, monkeypatch):
    def full(file, text, **given):
        if file.name == "full.md":
            raise OSError(28, "No space left on device")
        file.write_text(text)

    monkeypatch.setattr(output, "write_file", full)
    result = run(
        "plan", "desired.yaml", "--format", "markdown=full.md", "--format", "junit=plan.xml"
    )
    assert result.return_value == 1
    assert "unwritable-output: full.md cannot be written: no space left" in result.stderr
    assert Path("plan.xml").exists()
    assert "Plan: 1 to create" in result.stdout


def test_the_time_of_the_last_success_outlives_a_run_that_fails(run, monkeypatch):
    def last():
        told = [line for line in Path("a.prom").read_text().splitlines() if "last_success" in line]
        return [line for line in told if not line.startswith("#")]

    monkeypatch.setattr(output, "now", lambda: 1_700_000_000)
    run("plan", "desired.yaml", "--format", "prometheus=a.prom")
    succeeded = last()
    assert succeeded == ['reconciler_last_success_timestamp_seconds{command="plan"} 1700000000']
    monkeypatch.setattr(output, "now", lambda: 1_700_000_600)
    monkeypatch.delenv("PD_KEY")
    for _ in range(2):
        assert run("plan", "desired.yaml", "--format", "prometheus=a.prom").return_value == 3
        assert last() == succeeded


def test_metrics_are_for_all_to_read_and_other_reports_are_not(run):
    run("plan", "desired.yaml", "--format", "prometheus=a.prom", "--format", "csv=a.csv")
    assert [Path(name).stat().st_mode & 0o777 for name in ("a.prom", "a.csv")] == [0o644, 0o600]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["--format", "yaml"], "'yaml' is not one of text, json"),
        (["--format", "yaml=a"], "'yaml' is not one of"),
        (["--format", "csv="], "names no file"),
        (["--format", "csv", "--format", "json"], "only one can go to stdout"),
        (["--format", "csv=a", "--format", "json=a"], "a is named twice"),
        (["--format", "csv=no/where"], "cannot be written"),
        (["--format", "csv=a", "--output", "a"], "named by --output and by --format"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_done(run, wrong, said):
    result = run("plan", "desired.yaml", *wrong)
    assert isinstance(result.exception, click.UsageError)
    assert said in str(result.exception)
    assert not Path("state.db").exists()


@pytest.mark.parametrize(
    "shared",
    [
        ["plan", "desired.yaml", "--format", "json=desired.yaml"],
        ["plan", "desired.yaml", "--output", "./desired.yaml"],
        ["plan", ".", "--format", "csv=report.yaml"],
        ["plan", "desired.yaml", "--format", "json=plan.json", "--out", "plan.json"],
        ["plan", "desired.yaml", "--format", "json=seed.yaml", "--seed", "seed.yaml"],
        ["plan", "desired.yaml", "--format", "json=state.db"],
        ["apply", "desired.yaml", "--yes", "--format", "csv=back.yaml", "--rollback", "back.yaml"],
        ["apply", "desired.yaml", "--yes", "--format", "csv=journal", "--journal", "journal"],
        ["validate", "desired.yaml", "--format", "csv=desired.yaml"],
        ["validate", "desired.yaml", "--policy", "policy.yaml", "--format", "csv=policy.yaml"],
    ],
)
def test_no_report_takes_the_place_of_what_the_run_reads_or_writes(run, shared):
    Path("seed.yaml").write_text("projects: []\n")
    result = run(*shared)
    assert isinstance(result.exception, click.UsageError)
    assert "is used by this run for something else, too" in str(result.exception)
    assert Path("desired.yaml").read_text() == STATE
    assert not Path("state.db").exists()


def test_a_pipe_is_written_to_and_stays_one(run):
    os.mkfifo("pipe")
    reader = os.open("pipe", os.O_RDONLY | os.O_NONBLOCK)
    run("plan", "desired.yaml", "--format", "csv=pipe")
    assert os.read(reader, 10**6).startswith(b'"record"')
    os.close(reader)
    assert Path("pipe").is_fifo()


def test_a_plan_file_that_cannot_be_written_does_not_cost_the_report(run, monkeypatch):
    def full(file, text, **given):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(output, "write_file", full)
    result = run("plan", "desired.yaml", "--out", "plan.json")
    assert result.return_value == 1
    assert "unwritable-output: plan.json cannot be written: no space left" in result.stderr
    assert "Plan: 1 to create" in result.stdout
