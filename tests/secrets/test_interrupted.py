"""A signal while secrets are fetched ends the run, and the programs that it started."""

import json
import os
import select
import signal
import subprocess
import sys

import pytest

PATIENCE = 60
STATE = """\
version: 1
api: atlas
projects:
  - name: payments
    integrations:
      - {type: OPS_GENIE, apiKey: {sops: one.yaml#/key}}
      - {type: VICTOR_OPS, apiKey: {sops: two.yaml#/key}}
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_run_ends_at_once_with_a_whole_report(install, tmp_path, number, code):
    (tmp_path / "state.yaml").write_text(STATE)
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text("")
    os.mkfifo(tmp_path / "pipe")
    alive = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    install("sops", "pipe = open('pipe', 'wb'); pipe.write(b'.'); pipe.flush(); time.sleep(600)")
    process = subprocess.Popen(
        [sys.executable, "-m", "reconciler", "plan", "state.yaml", "--simulate", "state.db",
         "--format", "json"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert select.select([alive], [], [], PATIENCE)[0]
    assert os.read(alive, 1) == b"."
    process.send_signal(number)
    output, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == code
    assert json.loads(output)["changes"] == []
    assert not (tmp_path / "state.db").exists()
    assert select.select([alive], [], [], PATIENCE)[0]
    assert os.read(alive, 1) == b""  # the program is gone
    os.close(alive)
