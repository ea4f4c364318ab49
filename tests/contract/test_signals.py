"""SIGINT and SIGTERM end a run in good order: what is in flight is finished, and all is told."""

import json
import os
import signal
import subprocess
import sys
from threading import Event, Thread

import pytest
import yaml

from reconciler.api.stop import Stop
from reconciler.cli.signals import stopping
from reconciler.job import Job
from reconciler.report import FORMATS
from reconciler.run import Run
from reconciler.simulator import open_service, serve

PROJECTS = [("1d791c84ff7a2522cc4f9aa1", "one"), ("2d791c84ff7a2522cc4f9aa1", "two")]
STATE = """\
version: 1
api: atlas
projects:
  - name: one
    integrations:
      - {type: OPS_GENIE, apiKey: {env: KEY}}
      - {type: VICTOR_OPS, apiKey: {env: KEY}}
  - name: two
    integrations:
      - {type: OPS_GENIE, apiKey: {env: KEY}}
"""
PATIENCE = 60
APPLY = ("apply", "desired.yaml", "--yes", "--format", "json")


class Gate:
    """Holds the first request of a verb until it is let through."""

    def __init__(self, service, verb, path=""):
        self.service, self.verb, self.path = service, verb, path
        self.reached, self.opened = Event(), Event()
        self.writes = []

    def handle(self, request):
        authorised = request.header("Authorization")
        if authorised and request.method == self.verb and self.path in request.path:
            self.reached.set()
            assert self.opened.wait(PATIENCE)
        if authorised and request.method != "GET":
            self.writes.append((request.method, request.path.rsplit("/", maxsplit=1)[-1]))
        return self.service.handle(request)


@pytest.fixture
def interrupted(tmp_path):
    """Run until a verb is in flight, send signals, and see how the process ends."""

    def run(verb, *numbers, path="", finish=True, command=APPLY, read=json.loads):
        (tmp_path / "desired.yaml").write_text(STATE)
        service = open_service(tmp_path / "state.db", projects=PROJECTS)
        gate = Gate(service, verb, path)
        with serve(gate) as server:
            thread = Thread(target=server.serve_forever)
            thread.start()
            process = _start(tmp_path, server.server_port, command)
            assert gate.reached.wait(PATIENCE)
            for number in numbers:
                process.send_signal(number)
                if verb == "POST" and number == numbers[0]:
                    assert process.stderr.readline() == "\n"
                    assert process.stderr.readline().startswith("Interrupted: ")
            if finish:
                gate.opened.set()
            output, _ = process.communicate(timeout=PATIENCE)
            gate.opened.set()
            server.shutdown()
            thread.join()
        service.close()
        return process.returncode, read(output), gate.writes

    return run


def _start(folder, port, command):
    return subprocess.Popen(
        [sys.executable, "-m", "reconciler", *command, "--concurrency", "1", "--base-url", f"http://127.0.0.1:{port}"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "KEY": "11111111-2222-3333-4444-555555556666",
             "MONGODB_ATLAS_PUBLIC_API_KEY": "a", "MONGODB_ATLAS_PRIVATE_API_KEY": "b"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_write_in_flight_is_finished_and_no_other_begun(interrupted, number, code):
    returned, report, writes = interrupted("POST", number)
    assert returned == code
    assert writes == [("POST", "OPS_GENIE")]
    assert [outcome["status"] for outcome in report["outcomes"]] == ["done", "skipped", "skipped"]
    assert report["outcomes"][1]["detail"] == f"not begun: interrupted by {number.name}"


def test_a_run_that_is_cut_off_half_way_says_so_in_every_form(interrupted, tmp_path):
    forms = sorted(FORMATS)
    files = [part for form in forms for part in ("--format", f"{form}=report.{form}")]
    returned, _, _ = interrupted("POST", signal.SIGTERM, command=(*APPLY, *files))
    texts = {form: (tmp_path / f"report.{form}").read_text() for form in forms}
    assert returned == 143
    for form, said in {
        **dict.fromkeys(("text", "markdown", "html", "sarif", "junit", "github", "gitlab", "csv"),
                        "1 of 3 operations done, 2 skipped"),
        "json": '"status": "skipped"',
        "prometheus": 'reconciler_run_success{command="apply"} 0',
    }.items():  # fmt: skip
        assert said in texts.pop(form), form
    assert texts == {}


@pytest.mark.parametrize("path", ["/groups", "/integrations"])
def test_reading_ends_at_once_and_nothing_is_written(interrupted, path):
    returned, report, writes = interrupted("GET", signal.SIGINT, path=path, finish=False)
    assert (returned, writes) == (130, [])
    assert report["command"] == "apply"
    assert {outcome["status"] for outcome in report["outcomes"]} <= {"skipped"}


def test_an_export_that_is_cut_off_is_a_valid_file_and_says_so(interrupted):
    returned, text, _ = interrupted(
        "GET", signal.SIGTERM, finish=False, command=["export"], read=str
    )
    assert returned == 143
    assert yaml.safe_load(text)["projects"] == []
    assert "# Incomplete: the run ended before everything was read." in text


def test_a_second_signal_cuts_off_what_is_in_flight_and_says_so(interrupted):
    numbers = (signal.SIGINT, signal.SIGTERM)
    returned, report, _ = interrupted("POST", *numbers, finish=False)
    assert returned == 143
    statuses = [outcome["status"] for outcome in report["outcomes"]]
    assert statuses == ["unknown", "skipped", "skipped"]


def test_what_was_done_before_a_second_signal_is_done(interrupted):
    numbers = (signal.SIGTERM, signal.SIGINT)
    returned, report, _ = interrupted("POST", *numbers, path="VICTOR_OPS", finish=False)
    assert returned == 130
    statuses = [outcome["status"] for outcome in report["outcomes"]]
    assert statuses[:2] == ["done", "unknown"]


HELD = """\
import os, signal, sys
from reconciler.__main__ import main
from reconciler.cli import output
sent = []
def send():
    sent.append(1)
    os.kill(os.getpid(), signal.{number})
if {late}:
    output.now = lambda: send() or 0
else:
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.{number}])
    send()
main()
"""
"""Begins with a signal that came before anything was imported, or gets one with the run's end."""


@pytest.fixture
def held(tmp_path):
    """Run the program in a process that sends a signal to itself."""

    def run(number, *command, late=False):
        (tmp_path / "desired.yaml").write_text(STATE)
        return subprocess.run(
            [sys.executable, "-c", HELD.format(number=number.name, late=late), *command],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "KEY": "11111111-2222-3333-4444-555555556666"},
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )

    return run


@pytest.mark.parametrize("command", ["validate", "plan", "drift", "apply"])
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_that_comes_before_the_run_gets_its_report_too(held, command, number, code):
    options = ["--yes"] * (command == "apply") + ["--simulate", "s.db"] * (command != "validate")
    done = held(number, command, "not-there.yaml", "--format", "json", *options)
    said = f"interrupted by {number.name}"
    assert (done.returncode, done.stderr) == (
        code,
        f"reconciler: interrupted: {said}\n    run again\n",
    )
    report = json.loads(done.stdout)
    assert report["changes"] == []
    assert [problem["message"] for problem in report["problems"]] == [said]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_comes_after_the_run_takes_nothing_off_its_report(held, number):
    done = held(
        number, *("apply", "desired.yaml", "--yes", "--format", "json", "--simulate", "s.db"),
        late=True,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert [one["status"] for one in json.loads(done.stdout)["outcomes"]] == ["done"] * 3


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_simulator_ends_before_it_begins_to_serve(held, number):
    done = held(number, "simulate", "--port", "0", "--state", "s.db")
    assert (done.returncode, done.stdout, done.stderr) == (128 + number, "", "")


def test_no_signal_breaks_in_once_the_run_is_over():
    stop = Stop()
    with stopping(stop):
        with Run("validate", Job((), stop)):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
    assert stop.signal == signal.SIGTERM


def test_no_signal_breaks_in_where_what_is_known_is_put_together():
    stop = Stop()
    with stopping(stop):
        stop.shielded = stop.deaf = True
        for _ in range(3):
            os.kill(os.getpid(), signal.SIGTERM)
    assert (stop.signal, stop.reason) == (signal.SIGTERM, "interrupted by SIGTERM")
