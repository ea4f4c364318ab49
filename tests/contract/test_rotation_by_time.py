"""A secret that its source made after the last write is another one, whatever the mask shows."""

import sys
from datetime import UTC, datetime, timedelta

import pytest

PROJECT = "5d791c84ff7a2522cc4f9aa1"
OTHER = "5d791c84ff7a2522cc4f9aa2"
STATE = f"""
version: 1
api: atlas
projects:
  - id: {PROJECT}
    integrations:
      - type: PROMETHEUS
        username: u
        password: {{exec: vault}}
        enabled: true
        serviceDiscovery: http
  - id: {OTHER}
    integrations:
      - type: PROMETHEUS
        username: u
        password: {{exec: vault}}
        enabled: true
        serviceDiscovery: http
"""
SEED = """
  - id: {id}
    integrations:
      - type: PROMETHEUS
        username: u
        password: an old one
        enabled: true
        serviceDiscovery: http
"""
POLICY = """
version: 1
secrets: [{{projects: ["*"], exec: [vault]}}]
programs:
  vault: {{argv: [{python}, {program}]}}
"""
PROGRAM = """
import json, pathlib
made = pathlib.Path(__file__).with_name("made").read_text()
print(json.dumps({"value": "a password", "createdAt": made}))
"""
LONG_AGO = datetime(2019, 1, 1, tzinfo=UTC)
OPTIONS = ("d.yaml", "--policy", "policy.yaml")
AFTER_THE_SEED = datetime(2021, 1, 1, tzinfo=UTC)
"""What a seed holds was written at the beginning of 2020."""


@pytest.fixture
def made(tmp_path):
    """Say when the store made its secret."""

    def at(moment):
        (tmp_path / "made").write_text(moment.isoformat())

    at(LONG_AGO)
    return at


@pytest.fixture
def look(run, made, tmp_path):
    (tmp_path / "d.yaml").write_text(STATE)
    (tmp_path / "program.py").write_text(PROGRAM)
    program = tmp_path / "program.py"
    (tmp_path / "policy.yaml").write_text(POLICY.format(python=sys.executable, program=program))
    (tmp_path / "seed.yaml").write_text(
        "projects:" + "".join(SEED.format(id=id_) for id_ in (PROJECT, OTHER))
    )

    def invoke(command, *arguments, simulate=True):
        seed = ("--seed", "seed.yaml") if simulate else ()
        return run(command, *OPTIONS, *seed, *arguments, simulate=simulate)

    return invoke


def test_an_older_secret_proves_nothing(look):
    result = look("drift")
    assert result.return_value == 0
    assert "2 unverifiable" in result.stdout


def test_a_younger_one_is_drift_and_an_apply_settles_it(look, made):
    made(AFTER_THE_SEED)
    result = look("drift")
    assert result.return_value == 2
    assert "→ exec:vault, written before the secret was made" in result.stdout
    assert "2 of 2 operations done. Nothing is left to do." in look("apply", "--yes").stdout
    assert look("drift").return_value == 0


def test_it_can_be_switched_off(look, made):
    made(AFTER_THE_SEED)
    assert look("drift", "--rotation-by-time", "off").return_value == 0


def test_a_secret_made_just_now_is_left_to_the_clocks(look, made):
    assert look("apply", "--yes", "--assert-secrets").return_value == 0
    made(datetime.now(UTC) + timedelta(seconds=60))
    assert look("drift").return_value == 0


def test_where_ids_stay_the_first_write_shows_it_and_no_other_follows(
    look, made, serving, tmp_path, monkeypatch
):
    made(AFTER_THE_SEED)
    monkeypatch.setenv("MONGODB_ATLAS_PUBLIC_API_KEY", "any")
    monkeypatch.setenv("MONGODB_ATLAS_PRIVATE_API_KEY", "private-key")
    url = serving(seed=tmp_path / "seed.yaml", projects=(), switches={"ids_change": False})
    options = ("--base-url", url, "--concurrency", "1")
    result = look("apply", "--yes", *options, simulate=False)
    assert "1 of 2 operations done, 1 skipped" in result.stdout
    assert "ids-tell-no-time" in result.stdout
    assert result.return_value == 5
