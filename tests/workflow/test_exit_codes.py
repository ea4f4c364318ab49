"""Every exit code of the contract, and one complete report on stdout with each."""

import json
import os

import pytest

from reconciler.cli import main

KEY = "00112233445566778899aabbccddeeff"
GOOD = """\
version: 1
api: atlas
projects:
  - id: 5d791c84ff7a2522cc4f9aa1
    integrations:
      - type: PAGER_DUTY
        serviceKey: {env: KEY}
        region: EU
"""


@pytest.fixture
def desired(tmp_path, monkeypatch):
    monkeypatch.setenv("KEY", KEY)
    file = tmp_path / "desired.yaml"
    file.write_text(GOOD)
    return file


@pytest.fixture
def exits(run, desired):
    """Run a command on the good file; give its exit code and its report."""

    def invoke(command, *options, simulate=True):
        result = run(command, str(desired), *options, "--format", "json", simulate=simulate)
        return result.return_value, json.loads(result.stdout)

    return invoke


def codes(report):
    return [problem["code"] for problem in report["problems"]]


def test_0_when_there_is_nothing_to_do(exits):
    assert exits("apply", "--yes")[0] == 0
    for command in ("plan", "drift"):
        code, report = exits(command)
        assert (code, report["totals"]["keep"]) == (0, 1)
    assert exits("plan", "--detailed-exitcode")[0] == 0


def test_0_when_a_plan_has_changes_and_nobody_asked_for_more(exits):
    code, report = exits("plan")
    assert (code, report["totals"]["create"], report["applyable"]) == (0, 1, True)


def test_1_without_credentials(exits):
    code, report = exits("plan", simulate=False)
    assert (code, codes(report)) == (1, ["no-credentials"])


def test_1_when_the_api_cannot_be_reached(exits, monkeypatch):
    monkeypatch.setenv("MONGODB_ATLAS_PUBLIC_API_KEY", "public")
    monkeypatch.setenv("MONGODB_ATLAS_PRIVATE_API_KEY", "private")
    monkeypatch.setattr("reconciler.api.retry._MOST_SECONDS", 0)
    code, report = exits("plan", "--base-url", "http://127.0.0.1:9", simulate=False)
    assert (code, codes(report)) == (1, ["api-unreachable"])


def test_2_for_drift_and_for_pending_changes_when_asked(exits):
    assert exits("drift")[0] == 2
    assert exits("plan", "--detailed-exitcode")[0] == 2


def test_3_for_an_invalid_state(exits, desired):
    desired.write_text(GOOD.replace("region", "regoin"))
    for command in ("validate", "plan", "drift"):
        code, report = exits(command)
        assert (code, codes(report), report["changes"]) == (3, ["unknown-setting"], [])


def test_3_for_a_secret_that_cannot_be_had(exits, monkeypatch):
    monkeypatch.delenv("KEY")
    code, report = exits("apply", "--yes")
    assert (code, codes(report)) == (3, ["unresolved-secret"])
    assert exits("plan", "--secrets", "none")[0] == 0


def test_3_for_an_unknown_project_name(exits, desired, tmp_path):
    exits("plan")
    desired.write_text(GOOD.replace("id: 5d791c84ff7a2522cc4f9aa1", "name: nobody"))
    code, report = exits("apply", "--yes")
    assert (code, codes(report)) == (3, ["unknown-project"])


def test_4_for_a_refused_plan_and_the_plan_is_still_written(exits, desired, tmp_path):
    exits("apply", "--yes")
    desired.write_text(
        GOOD[: GOOD.index("      - type")].replace(
            "integrations:", "prune: true\n    integrations: []"
        )
    )
    code, report = exits("plan", "--detailed-exitcode", "--out", str(tmp_path / "plan.json"))
    assert code == 4
    assert sorted(codes(report)) == ["empty-desired-state", "left-dark"]
    assert report["totals"]["delete"] == 1
    assert json.loads((tmp_path / "plan.json").read_text())["applyable"] is False
    assert exits("apply", "--yes")[0] == 4
    assert exits("drift")[0] == 2


def test_4_for_another_digest_than_the_expected_one(exits):
    code, report = exits("apply", "--expect", "sha256:" + "0" * 64)
    assert (code, codes(report)) == (4, ["stale-plan"])
    assert exits("drift")[0] == 2


def test_the_expected_digest_is_applied_without_a_question(exits):
    _, report = exits("plan")
    assert exits("apply", "--expect", report["digest"])[0] == 0
    assert exits("drift")[0] == 0


def test_5_when_only_some_of_it_could_be_done_and_1_when_nothing(exits, desired):
    exits("plan")
    gone = GOOD[GOOD.index("  - id") :].replace("5d79", "6d79")
    desired.write_text(GOOD + gone)
    code, report = exits("apply", "--yes")
    assert (code, codes(report)) == (5, ["no-such-project"])
    assert [outcome["status"] for outcome in report["outcomes"]] == ["done"]
    code, report = exits("apply", "--yes")
    assert (code, report["outcomes"]) == (1, [])
    assert exits("plan")[0] == exits("drift")[0] == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["plan"],
        ["plan", "FILE", "--nonsense"],
        ["plan", "FILE", "--format", "papyrus"],
        ["plan", "FILE", "--concurrency", "0"],
        ["plan", "FILE", "--timeout", "0"],
        ["plan", "FILE", "--timeout", "nan"],
        ["plan", "FILE", "--timeout", "inf"],
        ["plan", "FILE", "--type", "SMOKE_SIGNAL"],
        ["plan", "FILE", "--seed", "FILE"],
        ["plan", "FILE", "--out", "nowhere/plan.json"],
        ["plan", "FILE", "--base-url", "http://cloud.mongodb.com"],
        ["plan", "FILE", "--base-url", "https://user@cloud.mongodb.com"],
        ["plan", "FILE", "--base-url", "https://cloud.mongodb.com/api"],
        ["plan", "FILE", "--base-url", "cloud.mongodb.com"],
        ["apply", "FILE"],
        ["apply", "FILE", "--plan", "missing.json"],
        ["apply", "FILE", "--plan", "FILE", "--expect", "x"],
        ["nonsense"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_64_for_wrong_usage(arguments, desired, monkeypatch, capsys):
    words = ["reconciler", *(str(desired) if word == "FILE" else word for word in arguments)]
    monkeypatch.setattr("sys.argv", words)
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 64
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "Error: " in shown.err


def test_a_mistake_of_the_program_is_told_by_its_place_and_never_by_its_message(exits, monkeypatch):
    def blow_up(*_, **__):
        raise RuntimeError(KEY)

    monkeypatch.setattr("reconciler.steps.look.diff", blow_up)
    code, report = exits("plan")
    assert (code, codes(report)) == (1, ["internal-error"])
    assert "RuntimeError at" in report["problems"][0]["message"]
    assert KEY not in json.dumps(report)


def test_the_environment_names_the_base_url(exits, monkeypatch):
    monkeypatch.setenv("MONGODB_ATLAS_BASE_URL", "https://127.0.0.1:9/")
    monkeypatch.setenv("MONGODB_ATLAS_PUBLIC_API_KEY", "public")
    monkeypatch.setenv("MONGODB_ATLAS_PRIVATE_API_KEY", "private")
    monkeypatch.setattr("reconciler.api.retry._MOST_SECONDS", 0)
    code, report = exits("drift", simulate=False)
    assert (code, report["baseUrl"]) == (1, "https://127.0.0.1:9")


def test_a_simulated_run_needs_no_network_and_no_credentials(exits, monkeypatch):
    monkeypatch.setenv("MONGODB_ATLAS_BASE_URL", "https://127.0.0.1:9/")
    assert exits("plan")[1]["baseUrl"] == "http://simulator"
    assert os.environ.get("MONGODB_ATLAS_PUBLIC_API_KEY") is None
