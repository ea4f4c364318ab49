"""A notice says in short what changed, where others look; and the run stands."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
import pytest

# A library of the library imports what Python 3.11 still has, with a word of warning.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")
SLACK = "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
TEAMS = (
    "https://prod-00.westeurope.logic.azure.com:443/workflows/643e69f83c8944/triggers/manual"
    "/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=KODuebWbDGYFr0z0eu"
)
STATE = """
version: 1
api: atlas
projects:
  - id: 5d791c84ff7a2522cc4f9aa1
    integrations:
      - {type: PAGER_DUTY, serviceKey: {env: PD_KEY}, region: EU}
"""
SEED = {
    "projects": [
        {
            "id": "5d791c84ff7a2522cc4f9aa1",
            "name": "payments",
            "integrations": [
                {
                    "type": "PAGER_DUTY",
                    "serviceKey": "00112233445566778899aabbccddeeff",
                    "region": "US",
                }
            ],
        }
    ]
}
NOTIFY = ("--notify", "env:DRIFT_NOTIFY_URL")


@pytest.fixture
def notify(run, monkeypatch, played):
    """Give a function that runs a command with a notice to an address."""
    monkeypatch.setenv("PD_KEY", "00112233445566778899aabbccddeeff")
    Path("desired.yaml").write_text(STATE)
    Path("seed.json").write_text(json.dumps(SEED))

    def call(url, *arguments):
        monkeypatch.setenv("DRIFT_NOTIFY_URL", url)
        command, *rest = arguments or ("drift",)
        history = ["--history", "history.db"] if command == "drift" else []
        return run(command, "desired.yaml", "--seed", "seed.json", *rest, *history, *NOTIFY)

    return call


def texts(value):
    """Give every string in a document."""
    if isinstance(value, dict):
        return [text for part in value.values() for text in texts(part)]
    if isinstance(value, list):
        return [text for part in value for text in texts(part)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize(
    ("url", "host", "path"),
    [
        (SLACK, "hooks.slack.com", "/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"),
        (TEAMS, "prod-00.westeurope.logic.azure.com", "/workflows/643e69f83c8944/triggers/manual"),
        ("https://hooks.example.com/drift?team=a", "hooks.example.com", "/drift"),
    ],
)
def test_drift_is_told_where_the_address_leads(url, host, path, notify, played):
    result = notify(url)
    assert (result.return_value, result.stderr) == (2, "")
    [(told, where, document)] = played.sent
    assert told == host
    assert where.startswith(path)
    text = "\n".join(texts(document)).replace("\\", "")  # which keeps Teams from reading Markdown
    assert "Drift: 0 missing, 1 changed, 0 that should be gone" in text
    assert "changed: payments PAGER_DUTY (region differs)" in text
    assert "Next: reconciler plan shows how an apply would mend it." in text
    assert not [one for one in texts(document) if "apprise" in one.lower()]


def test_an_apply_that_wrote_is_told_and_one_that_had_nothing_to_do_is_not(notify, played):
    assert notify(SLACK, "apply", "--yes").return_value == 0
    assert notify(SLACK, "apply", "--yes").return_value == 0
    assert len(played.sent) == 1
    assert "done: payments PAGER_DUTY (region differs)" in "\n".join(texts(played.sent[0][2]))


def test_where_nothing_differs_nobody_is_told(notify, played):
    notify(SLACK, "apply", "--yes")
    played.sent.clear()
    assert notify(SLACK).return_value == 0
    assert played.sent == []


def test_drift_is_told_when_it_is_new_and_when_it_is_resolved_and_not_in_between(notify, played):
    for _ in range(3):
        notify(SLACK)
    assert len(played.sent) == 1
    notify(SLACK, "apply", "--yes")
    played.sent.clear()
    for _ in range(2):
        assert notify(SLACK).return_value == 0
    [(_, _, document)] = played.sent
    assert "resolved: payments PAGER_DUTY changed (region), since" in "\n".join(texts(document))


@pytest.mark.parametrize("broken", ["secret", "file"])
def test_every_run_that_ends_in_another_way_than_the_one_before_is_told(
    broken, notify, played, monkeypatch
):
    notify(SLACK, "apply", "--yes")
    assert notify(SLACK).return_value == 0
    for code, told in [(3, 1), (3, 0), (0, 1), (0, 0), (3, 1), (0, 1)]:
        played.sent.clear()
        with monkeypatch.context() as outage:
            if code == 3 and broken == "secret":
                outage.delenv("PD_KEY")
            unreadable = code == 3 and broken == "file"
            Path("desired.yaml").write_text("projects: [" if unreadable else STATE)
            assert notify(SLACK).return_value == code
        assert len(played.sent) == told


def test_without_a_history_nobody_knows_what_is_new(run):
    pytest.importorskip("apprise", reason="apprise is not installed: it comes with `notify`")
    result = run("drift", "desired.yaml", *NOTIFY)
    assert isinstance(result.exception, click.UsageError)
    assert "--notify goes with --history DB" in str(result.exception)


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_notice_that_is_not_taken_is_a_warning_and_no_more(status, notify, played):
    played.status = status
    result = notify("https://hooks.example.com/secret-path", "drift", "--format", "json")
    assert result.return_value == 2
    [problem] = json.loads(result.stdout)["problems"]
    assert (problem["code"], problem["severity"]) == ("notice-unsent", "warning")
    assert problem["hint"]
    assert "env:DRIFT_NOTIFY_URL" in problem["message"]
    assert "secret-path" not in result.output
    assert len(played.sent) == 1  # and none where the answer points to


@pytest.mark.parametrize(
    "url",
    [
        "no address",
        "slack://secret",
        "jsons://127.0.0.1:1/secret",
        "https://[::secret",
        "file:///secret",
    ],
)
def test_an_address_that_leads_nowhere_is_a_warning_that_does_not_quote_it(url, notify):
    result = notify(url)
    assert result.return_value == 2
    assert "warning: notice-unsent" in result.stdout
    assert "secret" not in result.output.replace("secrets could not", "")


def test_an_address_that_cannot_be_had_is_a_warning(notify, monkeypatch, run):
    notify(SLACK)
    monkeypatch.delenv("DRIFT_NOTIFY_URL")
    result = run("drift", "desired.yaml", "--history", "another.db", *NOTIFY)
    assert result.return_value == 2
    assert "warning: unresolved-secret" in result.stdout


def test_the_desired_state_does_not_get_the_address(notify, played):
    Path("desired.yaml").write_text(STATE.replace("PD_KEY", "DRIFT_NOTIFY_URL"))
    result = notify(SLACK)
    assert result.return_value == 3
    assert "env:DRIFT_NOTIFY_URL is where notices go" in result.stdout


@pytest.mark.parametrize("wrong", ["https://hooks.example.com", "env", "nowhere:X"])
def test_what_is_no_reference_is_refused(wrong, run):
    result = run("drift", "desired.yaml", "--notify", wrong)
    assert isinstance(result.exception, click.UsageError)
    assert "must be SOURCE:NAME" in str(result.exception)
    assert "hooks.example.com" not in result.output


def test_a_missing_library_is_told_with_the_command_that_installs_it(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "apprise", None)
    result = run("drift", "desired.yaml", *NOTIFY)
    assert isinstance(result.exception, click.UsageError)
    assert "pip install 'atlas-reconciler[notify]'" in str(result.exception)
