"""`apply --rehearse` beside other options, and on a state file that must stay as it is."""

import json

import click
import pytest

KEY, DD = "11111111-2222-3333-4444-555555556666", "0123456789abcdef0123456789abcdef"
STATE = """\
version: 1
api: atlas
projects:
  - name: payments
    canary: true
    integrations:
      - {type: OPS_GENIE, apiKey: {env: KEY}, region: EU}
  - name: search
    integrations:
      - {type: DATADOG, apiKey: {env: DD}}
"""
SEED = {
    "projects": [
        {"name": "payments", "integrations": [{"type": "OPS_GENIE", "apiKey": KEY}]},
        {"name": "search"},
    ]
}


@pytest.fixture
def rehearse(run, tmp_path, monkeypatch):
    """Rehearse on a state that exists; gives the exit code and what was written to stdout."""
    monkeypatch.setenv("KEY", KEY)
    monkeypatch.setenv("DD", DD)
    (tmp_path / "desired.yaml").write_text(STATE)
    (tmp_path / "seed.json").write_text(json.dumps(SEED))
    run("plan", "desired.yaml", "--seed", "seed.json", "--format", "json=plan.json")
    before = (tmp_path / "state.db").read_bytes()

    def invoke(*options):
        result = run("apply", "desired.yaml", "--rehearse", *options)
        assert (tmp_path / "state.db").read_bytes() == before
        invoke.stderr, invoke.error = result.stderr, result.exception
        return result.return_value, result.stdout

    return invoke


def test_the_last_line_says_that_it_was_a_rehearsal(rehearse):
    code, text = rehearse()
    assert code == 0
    assert text.splitlines()[-4:] == [
        "Wave 1: 1 of 1 operation done.",
        "Wave 2: 1 of 1 operation done.",
        "2 of 2 operations done in a copy. Nothing would be left to do.",
        "This was a rehearsal, in a copy of what is live: nothing was written to the API.",
    ]


def test_the_same_rehearsal_says_the_same(rehearse):
    assert rehearse("--format", "json") == rehearse("--format", "json", "--yes")


def test_it_asks_nobody(rehearse, monkeypatch):
    monkeypatch.setattr("reconciler.cli.apply._ask", pytest.fail)
    assert rehearse()[0] == rehearse("--yes")[0] == 0


def test_nothing_that_would_tell_of_writes_is_kept(rehearse, tmp_path, monkeypatch):
    monkeypatch.setenv("RECEIPTS", "k" * 32)
    before = sorted(file.name for file in tmp_path.iterdir())
    code, _ = rehearse(
        "--journal", "journal", "--rollback", "rollback.yaml",
        "--receipts", "receipts.json", "--receipts-key", "env:RECEIPTS",
    )  # fmt: skip
    assert code == 0
    assert sorted(file.name for file in tmp_path.iterdir()) == before


def test_a_journal_that_is_there_is_neither_written_nor_used_up(rehearse, tmp_path):
    (tmp_path / "journal").write_text("torn")
    assert rehearse("--journal", "journal")[0] == 0
    assert (tmp_path / "journal").read_text() == "torn"


def test_a_plan_file_is_held_against_what_would_be_done(rehearse, tmp_path):
    assert rehearse("--plan", "plan.json")[0] == 0
    plan = json.loads((tmp_path / "plan.json").read_text())
    assert rehearse("--expect", plan["digest"])[0] == 0
    plan["operations"].pop()
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    code, text = rehearse("--plan", "plan.json")
    assert (code, "stale-plan" in text) == (4, True)
    assert text.endswith("nothing was written to the API.\n")


def test_a_dry_run_has_nothing_to_rehearse(rehearse):
    rehearse("--dry-run")
    assert isinstance(rehearse.error, click.UsageError)
    assert "give one" in rehearse.error.message


def test_without_secrets_there_is_nothing_to_rehearse(rehearse):
    code, text = rehearse("--secrets", "none")
    assert (code, "not-applyable" in text) == (4, True)


def test_what_is_in_sync_leaves_nothing_to_rehearse(rehearse, tmp_path):
    only = STATE.replace(", region: EU", "").split("  - name: search")[0]
    (tmp_path / "desired.yaml").write_text(only)
    code, text = rehearse()
    assert (code, "Nothing is left to do: 1 kept" in text) == (0, True)


def test_requests_to_the_copy_are_traced_as_such(rehearse):
    assert rehearse("--verbose")[0] == 0
    writes = [line for line in rehearse.stderr.splitlines() if "PUT" in line or "POST" in line]
    assert len(writes) == 2
    assert all(line.startswith("in the copy: ") for line in writes)
