"""`apply --rollback`: before the first write, what would bring back what was."""

import json
import stat

import pytest

from reconciler import simulator

STATE = """\
version: 1
api: atlas
projects:
  - name: payments
    integrations:
      - {type: OPS_GENIE, apiKey: {env: KEY}, region: EU}
      - {type: VICTOR_OPS, apiKey: {env: KEY}, routingKey: team}
      - {type: DATADOG, apiKey: {env: DD}}
      - {type: WEBHOOK, ensure: absent}
"""
KEY, DD = "11111111-2222-3333-4444-555555556666", "0123456789abcdef0123456789abcdef"
SEED = {
    "projects": [
        {
            "id": "5d791c84ff7a2522cc4f9aa1",
            "name": "payments",
            "integrations": [
                {"type": "OPS_GENIE", "apiKey": KEY},
                {"type": "DATADOG", "apiKey": DD},
                {"type": "WEBHOOK", "url": "https://example.com/hook-0123"},
                {"type": "SLACK", "apiToken": "xoxb-1", "channelName": "c", "teamName": "t"},
            ],
        }
    ]
}
EXPECTED = """\
# yaml-language-server: $schema=./desired-state.schema.json
# That file is made by: reconciler schema > desired-state.schema.json
# Brings back what was live before an apply, of the integrations that it was to write alone.
# What it was to create is deleted. Old secrets are not known: where one is referred to, the
# write cannot be undone before the old value is filled in.
version: 1
api: atlas
projects:
  - id: 5d791c84ff7a2522cc4f9aa1
    name: payments
    integrations:
      - type: OPS_GENIE
        apiKey: {env: OLD_PAYMENTS_OPS_GENIE_API_KEY}  # cannot be undone before it is filled in
      - type: WEBHOOK
        url: {env: OLD_PAYMENTS_WEBHOOK_URL}  # cannot be undone before it is filled in
      - type: VICTOR_OPS
        ensure: absent

# Secrets to fill in: the API does not give them away. Set each where `reconciler` runs, or name
# another place in the settings above.
#
# export OLD_PAYMENTS_OPS_GENIE_API_KEY=
# export OLD_PAYMENTS_WEBHOOK_URL=
"""


@pytest.fixture
def writes(monkeypatch):
    """Gather the writes that reach the API, each with whether the rollback was there by then."""
    seen = []
    real = simulator.InProcess

    def in_process(handle):
        def answer(request):
            if request.method != "GET":
                seen.append(request.method)
            return handle(request)

        return real(answer)

    monkeypatch.setattr(simulator, "InProcess", in_process)
    return seen


@pytest.fixture
def apply(run, tmp_path, monkeypatch):
    monkeypatch.setenv("KEY", KEY)
    monkeypatch.setenv("DD", DD)
    (tmp_path / "desired.yaml").write_text(STATE)
    (tmp_path / "seed.json").write_text(json.dumps(SEED))

    def invoke(*options):
        return run("apply", "desired.yaml", "--seed", "seed.json", *options)

    return invoke


def test_it_is_written_for_its_owner_alone(apply, tmp_path):
    file = tmp_path / "back.yaml"
    assert apply("--yes", "--rollback", "back.yaml").return_value == 0
    assert file.read_text() == EXPECTED
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_it_is_a_valid_desired_state(apply, run):
    apply("--yes", "--rollback", "back.yaml")
    assert run("validate", "back.yaml").return_value == 0


def test_it_is_there_before_anything_is_written(apply, tmp_path, monkeypatch):
    real, there = simulator.InProcess, []

    def in_process(handle):
        def answer(request):
            if request.method != "GET":
                there.append((tmp_path / "back.yaml").exists())
            return handle(request)

        return real(answer)

    monkeypatch.setattr(simulator, "InProcess", in_process)
    apply("--yes", "--rollback", "back.yaml")
    assert there
    assert all(there)


def test_what_no_file_can_declare_is_marked_as_well(apply, tmp_path):
    seed = json.loads(json.dumps(SEED))
    seed["projects"][0]["integrations"][1]["region"] = "MOON"
    (tmp_path / "seed.json").write_text(json.dumps(seed))
    state = STATE.replace("DATADOG, apiKey", "DATADOG, region: EU, apiKey")
    (tmp_path / "desired.yaml").write_text(state)
    apply("--yes", "--rollback", "back.yaml")
    told = (tmp_path / "back.yaml").read_text()
    assert "# region cannot be undone: its value is none that this tool knows" in told


def test_no_file_is_replaced(apply, tmp_path, writes):
    (tmp_path / "back.yaml").write_text("mine")
    result = apply("--yes", "--rollback", "back.yaml")
    assert "back.yaml is there already" in str(result.exception)
    assert (tmp_path / "back.yaml").read_text() == "mine"
    assert writes == []


def test_where_it_cannot_be_written_nothing_is(apply, tmp_path, writes, monkeypatch):
    def full(file, text):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("reconciler.cli.apply.write_file", full)
    result = apply("--yes", "--rollback", "back.yaml")
    assert result.return_value == 1
    assert "no-rollback: the rollback cannot be written: no space left on device" in result.stdout
    assert "\nFailed: the errors say why. Nothing was written.\n" in result.stdout
    assert writes == []


@pytest.mark.parametrize("options", [["--dry-run"], ["--yes", "--expect", "sha256:0"]])
def test_where_nothing_is_to_be_written_there_is_none(apply, tmp_path, options):
    apply(*options, "--rollback", "back.yaml")
    assert not (tmp_path / "back.yaml").exists()


def test_what_was_set_anew_is_null_and_gone_again(apply, run, tmp_path, monkeypatch):
    hook = "{type: WEBHOOK, url: 'https://example.com/hook-0123', secret: {env: KEY}}"
    text = STATE.replace("{type: WEBHOOK, ensure: absent}", hook)
    (tmp_path / "desired.yaml").write_text(text)
    command = ("--yes", "--type", "WEBHOOK")
    assert apply(*command, "--assert-secrets", "--rollback", "back.yaml").return_value == 0
    assert "        secret: null\n" in (tmp_path / "back.yaml").read_text()
    monkeypatch.setenv("OLD_PAYMENTS_WEBHOOK_URL", "https://example.com/hook-0123")
    run("apply", "back.yaml", *command)
    shown = json.loads(run("plan", "desired.yaml", "--format", "json").stdout)
    (change,) = [change for change in shown["changes"] if change["type"] == "WEBHOOK"]
    (field,) = [field for field in change["fields"] if field["name"] == "secret"]
    assert (change["action"], field["before"]) == ("update", None)
