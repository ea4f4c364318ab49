"""The whole road as a user walks it, in processes of its own, against the served simulator."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from requests.auth import HTTPDigestAuth

PROJECT = "5d791c84ff7a2522cc4f9aa1"
KEYS = {
    "MONGODB_ATLAS_PUBLIC_API_KEY": "public",
    "MONGODB_ATLAS_PRIVATE_API_KEY": "2f0f1c4e-private",
}
PAGER, DATADOG = "00112233445566778899aabbccddeeff", "0123456789abcdef0123456789abcdef"
STATE = f"""\
version: 1
api: atlas
projects:
  - id: {PROJECT}
    name: payments
    integrations:
      - type: PAGER_DUTY
        serviceKey: {{env: PAGER}}
        region: US
      - type: DATADOG
        apiKey: {{env: DATADOG}}
        region: EU
"""
SEED = {"projects": [{"id": PROJECT, "name": "payments", "integrations": []}]}


@pytest.fixture
def environ():
    return {
        **{name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
        **KEYS,
        "PAGER": PAGER,
        "DATADOG": DATADOG,
    }


@pytest.fixture
def url(tmp_path, environ):
    """Serve the simulator on a port of its own choice, until the test ends."""
    (tmp_path / "seed.json").write_text(json.dumps(SEED))
    (tmp_path / "desired.yaml").write_text(STATE)
    command = [sys.executable, "-m", "reconciler", "simulate", "--port", "0"]
    with subprocess.Popen(
        [*command, "--state", "state.db", "--seed", "seed.json"],
        cwd=tmp_path,
        env=environ,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        said = server.stderr.readline()
        assert said.startswith("Serving on http://127.0.0.1:")
        yield said.split()[-1]
        server.terminate()


@pytest.fixture
def reconciler(tmp_path, environ, url):
    def run(*arguments, base_url=url, **changed):
        return subprocess.run(
            [sys.executable, "-m", "reconciler", *arguments, "--base-url", base_url],
            cwd=tmp_path,
            env=environ | changed,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return run


@pytest.fixture
def by_hand(url):
    """Change live as somebody would in the web interface."""

    def send(method, type_, **body):
        answer = requests.request(
            method,
            f"{url}/api/atlas/v2/groups/{PROJECT}/integrations/{type_}",
            json={"type": type_, **body} if body else None,
            headers={"Accept": "application/vnd.atlas.2023-01-01+json"},
            auth=HTTPDigestAuth(*KEYS.values()),
            timeout=10,
        )
        assert answer.ok, answer.text

    return send


def test_plan_apply_plan_drift_and_a_change_by_hand(reconciler, by_hand):
    planned = reconciler("plan", "desired.yaml", "--detailed-exitcode")
    assert (planned.returncode, planned.stderr) == (2, "")
    assert "2 to create" in planned.stdout

    applied = reconciler("apply", "desired.yaml", "--yes")
    assert applied.returncode == 0
    assert applied.stdout.endswith("2 of 2 operations done. Nothing is left to do.\n")

    again = reconciler("plan", "desired.yaml", "--detailed-exitcode")
    assert again.returncode == 0
    assert "Nothing is left to do" in again.stdout
    assert reconciler("drift", "desired.yaml").returncode == 0

    by_hand("PUT", "PAGER_DUTY", serviceKey=PAGER, region="EU")
    drifted = reconciler("drift", "desired.yaml")
    assert drifted.returncode == 2
    for words in ("desired.yaml:7:9", "region", "EU → US", "(line 9)"):
        assert words in drifted.stdout

    for run in (planned, applied, again, drifted):
        for secret in (PAGER, DATADOG, *KEYS.values()):
            assert secret not in run.stdout + run.stderr
            assert secret[-4:] not in run.stdout.split("sha256:")[0] + run.stderr


def test_a_key_changed_by_hand_is_drift(reconciler, by_hand):
    reconciler("apply", "desired.yaml", "--yes")
    by_hand("PUT", "DATADOG", apiKey=DATADOG[::-1], region="EU")
    drifted = reconciler("drift", "desired.yaml")
    assert drifted.returncode == 2
    assert "apiKey differs" in drifted.stdout
    assert reconciler("apply", "desired.yaml", "--yes").returncode == 0
    assert reconciler("drift", "desired.yaml").returncode == 0


def test_wrong_credentials_are_told_once_and_plainly(reconciler):
    refused = reconciler("drift", "desired.yaml", MONGODB_ATLAS_PRIVATE_API_KEY="wrong-one")
    assert refused.returncode == 1
    assert (
        "bad-credentials: listing the projects: the API does not accept the key" in refused.stdout
    )
    assert refused.stdout.count("bad-credentials") == 1
    assert "wrong-one" not in refused.stdout + refused.stderr


def test_json_goes_to_stdout_and_problems_to_stderr_as_well(reconciler, tmp_path):
    (tmp_path / "desired.yaml").write_text(STATE.replace("region: US", "regoin: US"))
    invalid = reconciler("plan", "desired.yaml", "--format", "json")
    assert invalid.returncode == 3
    assert json.loads(invalid.stdout)["problems"][0]["code"] == "unknown-setting"
    assert invalid.stderr.startswith("desired.yaml:9:9: unknown-setting: ")


def test_a_report_that_goes_into_a_file_leaves_its_errors_in_sight(tmp_path, environ):
    (tmp_path / "desired.yaml").write_text(STATE.replace("region: US", "regoin: US"))
    with (tmp_path / "report.txt").open("w") as report:
        validated = subprocess.run(
            [sys.executable, "-m", "reconciler", "validate", "desired.yaml"],
            cwd=tmp_path,
            env=environ,
            stdout=report,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    said = (tmp_path / "report.txt").read_text()
    assert validated.stderr.startswith("desired.yaml:9:9: unknown-setting: ")
    assert said == validated.stderr + "\n1 error. Nothing was written.\n"


def test_a_report_can_go_to_a_file(reconciler, tmp_path):
    done = reconciler("plan", "desired.yaml", "--format", "json", "--output", "report.json")
    assert (done.returncode, done.stdout) == (0, "")
    assert json.loads((tmp_path / "report.json").read_text())["totals"]["create"] == 2


@pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="there is no disk here that is always full"
)
def test_a_report_for_which_there_is_no_room_is_told_on_stdout(reconciler):
    done = reconciler("apply", "desired.yaml", "--yes", "--output", "/dev/full")
    assert done.returncode == 1
    assert "/dev/full cannot be written: no space left on device" in done.stderr
    assert "2 of 2 operations done. Nothing is left to do." in done.stdout


def test_a_trace_tells_verb_path_status_and_time_and_nothing_else(reconciler):
    traced = reconciler("apply", "desired.yaml", "--yes", "--verbose")
    lines = traced.stderr.splitlines()
    assert sum(line.startswith("GET /api/atlas/v2/groups 200 0.") for line in lines) == 1
    assert sum(line.startswith("POST ") for line in lines) == 2
    for secret in (PAGER, DATADOG, *KEYS.values()):
        assert secret not in traced.stderr


def test_an_apply_without_a_terminal_needs_a_yes(reconciler):
    refused = reconciler("apply", "desired.yaml")
    assert (refused.returncode, refused.stdout) == (64, "")
    assert "--yes" in refused.stderr
