"""A saved plan: applied exactly, or not at all."""

import json
import stat

import pytest

KEY = "00112233445566778899aabbccddeeff"
STATE = """\
version: 1
api: atlas
projects:
  - name: payments
    integrations:
      - type: PAGER_DUTY
        serviceKey: {env: KEY}
      - type: WEBHOOK
        url: https://example.com/hooks/1234
"""


@pytest.fixture
def plan(run, tmp_path, monkeypatch):
    """Plan two creates into plan.json; apply it; give exit code and report of the apply."""
    monkeypatch.setenv("KEY", KEY)
    (tmp_path / "desired.yaml").write_text(STATE)
    assert run("plan", "desired.yaml", "--out", "plan.json").return_value == 0
    return tmp_path / "plan.json"


@pytest.fixture
def apply(run):
    def invoke(*options):
        result = run("apply", "desired.yaml", "--plan", "plan.json", "--format", "json", *options)
        return result.return_value, json.loads(result.stdout)

    return invoke


def refused(answer):
    code, report = answer
    assert code == 4
    assert {outcome["status"] for outcome in report["outcomes"]} <= {"skipped"}
    (problem,) = [p for p in report["problems"] if p["severity"] == "error"]
    return problem


def test_a_fresh_plan_is_applied_without_a_question(plan, apply):
    code, report = apply()
    assert code == 0
    assert [outcome["status"] for outcome in report["outcomes"]] == ["done", "done"]


def test_an_applied_plan_is_stale(plan, apply):
    apply()
    problem = refused(apply())
    assert problem["code"] == "stale-plan"
    assert "PAGER_DUTY" in problem["message"]


def test_a_plan_is_stale_when_live_moved_and_says_what_did(plan, apply, run, tmp_path):
    (tmp_path / "other.yaml").write_text(STATE.replace("1234", "9999"))
    run("apply", "other.yaml", "--yes", "--type", "WEBHOOK")
    problem = refused(apply())
    assert problem["code"] == "stale-plan"
    assert problem["message"].endswith("; moved since: payments WEBHOOK")


def test_a_plan_is_stale_when_a_literal_url_moved(plan, apply, tmp_path):
    (tmp_path / "desired.yaml").write_text(STATE.replace("1234", "4321"))
    assert refused(apply())["code"] == "stale-plan"


def test_a_plan_is_not_stale_when_only_lines_moved(plan, apply, tmp_path):
    (tmp_path / "desired.yaml").write_text("# a comment\n\n" + STATE)
    assert apply()[0] == 0


def test_a_plan_is_not_stale_when_a_secret_is_rotated(plan, apply, monkeypatch):
    monkeypatch.setenv("KEY", KEY[::-1])
    assert apply()[0] == 0


def test_other_filters_make_another_plan(plan, apply):
    assert refused(apply("--type", "WEBHOOK"))["code"] == "stale-plan"


@pytest.mark.parametrize(
    "edit",
    [
        lambda saved: saved["operations"].pop(),
        lambda saved: saved["operations"][0].update(method="DELETE"),
        lambda saved: saved["changes"][0].update(action="delete"),
        lambda saved: saved["changes"][0]["fields"][0].update(after="env:OTHER"),
        lambda saved: saved["changes"].pop(),
        lambda saved: saved["changes"].insert(0, saved["changes"][0] | {"action": "keep"}),
        lambda saved: saved["totals"].update(create=1),
        lambda saved: saved.update(baseUrl="https://cloud.mongodb.com"),
        lambda saved: saved.update(digest="sha256:" + "0" * 64),
        lambda saved: saved.update(changes="none"),
    ],
)
def test_an_edited_plan_is_refused(plan, apply, edit):
    saved = json.loads(plan.read_text())
    edit(saved)
    plan.write_text(json.dumps(saved))
    assert refused(apply())["code"] == "stale-plan"


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", "nonsense", "[" * 100_000, '{"command": "plan"}']
)
def test_a_file_that_is_no_plan_is_refused(plan, apply, content):
    plan.write_text(content)
    assert refused(apply())["code"] == "bad-plan-file"


def test_a_plan_without_secrets_is_refused(plan, apply, run):
    run("plan", "desired.yaml", "--out", "plan.json", "--secrets", "none")
    assert refused(apply())["code"] == "not-applyable"


def test_a_drift_report_is_no_plan(plan, apply, run):
    plan.write_text(run("drift", "desired.yaml", "--format", "json").stdout)
    assert refused(apply())["code"] == "bad-plan-file"


def test_a_plan_file_is_for_its_owner_and_holds_no_secret_and_no_literal(plan):
    assert stat.S_IMODE(plan.stat().st_mode) == 0o600
    text = plan.read_text()
    for secret in (KEY, KEY[-4:], "1234"):
        assert secret not in text


def test_the_same_plan_gives_the_same_bytes(plan, run, tmp_path):
    first = plan.read_bytes()
    run("plan", "desired.yaml", "--out", "again.json")
    assert (tmp_path / "again.json").read_bytes() == first
    assert run("plan", "desired.yaml", "--format", "json").stdout.encode() == first
