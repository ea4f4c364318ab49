"""Errors that nothing takes in: their type and place are told, and their message is not."""

import logging
import subprocess
import sys
import threading

import pytest

from reconciler import cli
from reconciler.cli import last_word

SECRET = "q7ZrR2-K9tail"


@pytest.fixture
def installed(monkeypatch):
    for module, name in ((sys, "excepthook"), (sys, "unraisablehook"), (threading, "excepthook")):
        monkeypatch.setattr(module, name, getattr(module, name))
    last_word.install()


def fail(*_, **__):
    raise RuntimeError(SECRET)


def test_an_error_past_the_report_ends_with_1_and_its_place(run, tmp_path, monkeypatch, capsys):
    (tmp_path / "d.yaml").write_text("version: 1\napi: atlas\nprojects: []\n")
    monkeypatch.setattr("reconciler.cli.output.put", fail)
    assert cli.run(["validate", "d.yaml"]) == 1
    shown = capsys.readouterr()
    assert "internal-error: this program made a mistake: RuntimeError at " in shown.err
    assert SECRET not in shown.out + shown.err


def test_so_is_one_of_a_thread(installed, capsys):
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    shown = capsys.readouterr().err
    assert "RuntimeError at threading.py" in shown
    assert SECRET not in shown


def test_so_is_one_that_nobody_can_take_in(installed, capsys):
    class Failing:
        __del__ = fail

    Failing()
    shown = capsys.readouterr().err
    assert "internal-error: this program made a mistake: RuntimeError at " in shown
    assert SECRET not in shown


def _run(program):
    command = [sys.executable, "-c", program]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_so_is_the_last_of_all():
    program = (
        "from reconciler.cli import last_word\n"
        f"last_word.install()\nraise RuntimeError('{SECRET}')\n"
    )
    done = _run(program)
    assert "RuntimeError at <string>:3" in done.stderr
    assert SECRET not in done.stderr


def test_libraries_do_not_log_to_stderr(capsys, monkeypatch):
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    last_word.silence_libraries()
    logging.getLogger("urllib3.connection").warning(SECRET)
    assert capsys.readouterr().err == ""


def test_a_crash_leaves_no_image_of_the_memory():
    program = (
        "import resource\nfrom reconciler.cli import last_word\nlast_word.keep_no_core()\n"
        "print(*resource.getrlimit(resource.RLIMIT_CORE))\n"
    )
    done = _run(program)
    assert done.stdout == "0 0\n"


@pytest.mark.skipif(sys.platform != "linux", reason="what keeps others out is Linux's own")
@pytest.mark.parametrize(("command", "dumpable"), [("drift", "0"), ("validate", "1")])
def test_nobody_reads_the_memory_of_a_command_that_holds_secrets(command, dumpable):
    program = (
        "import atexit, ctypes, sys\n"
        "atexit.register(lambda: print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)))\n"
        "from reconciler.cli import main\n"
        f"sys.argv = ['reconciler', '{command}', 'nowhere.yaml']\n"
        "main()\n"
    )
    assert _run(program).stdout.splitlines()[-1] == dumpable


def test_somebody_elses_process_is_left_as_it_is():
    program = (
        "import ctypes\nfrom reconciler.cli import last_word\nlast_word.shut_others_out()\n"
        "print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))\n"
    )
    assert _run(program).stdout == "1\n"
