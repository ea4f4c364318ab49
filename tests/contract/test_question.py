"""`apply` on a terminal shows the plan and asks; stdout stays for the one report at the end."""

import json
import os
import pty
import signal
import subprocess
import sys

import pytest

STATE = """\
version: 1
api: atlas
projects:
  - name: payments
    integrations:
      - {type: OPS_GENIE, apiKey: {env: KEY}}
"""


@pytest.fixture
def answer(tmp_path):
    """Apply on a terminal, and do something at the question."""
    (tmp_path / "desired.yaml").write_text(STATE)

    def run(act):
        typing, terminal = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "reconciler", "apply", "desired.yaml", "--format", "json",
             "--simulate", "state.db"],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "KEY": "11111111-2222-3333-4444-555555556666"},
            stdin=terminal,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )  # fmt: skip
        os.close(terminal)
        with process:
            asked = b""
            while b"[y/N]" not in asked:
                chunk = os.read(process.stderr.fileno(), 4096)
                assert chunk, asked
                asked += chunk
            act(process, typing)
            report = json.loads(process.stdout.read())
        os.close(typing)
        return process.returncode, report, asked.decode()

    return run


def _type(text):
    return lambda _, typing: os.write(typing, text)


def test_the_plan_is_shown_before_the_question(answer):
    _, _, asked = answer(_type(b"n\n"))
    assert "+ payments  OPS_GENIE  not there yet" in asked
    assert asked.index("1 to create") < asked.index("Apply this plan? [y/N]")


def test_yes_applies(answer):
    code, report, _ = answer(_type(b"y\n"))
    assert code == 0
    assert [outcome["status"] for outcome in report["outcomes"]] == ["done"]


@pytest.mark.parametrize("no", [b"n\n", b"\n", b"\x04"], ids=["no", "enter", "end of input"])
def test_anything_else_writes_nothing_and_exits_4(answer, no):
    code, report, _ = answer(_type(no))
    assert code == 4
    assert [outcome["status"] for outcome in report["outcomes"]] == ["skipped"]
    assert report["problems"][0]["code"] == "declined"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_at_the_question_writes_nothing(answer, number, code):
    returned, report, _ = answer(lambda process, _: process.send_signal(number))
    assert returned == code
    assert [outcome["status"] for outcome in report["outcomes"]] == ["skipped"]
