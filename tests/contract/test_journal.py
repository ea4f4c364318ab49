"""A run that is killed leaves a journal that tells the write in doubt; the next tells more."""

import json
import os
import resource
import subprocess
import sys
from contextlib import contextmanager
from threading import Event, Thread

import pytest

from reconciler.journal import in_doubt, read
from reconciler.simulator import Response, open_service, serve

PROJECTS = ["1d791c84ff7a2522cc4f9aa1", "2d791c84ff7a2522cc4f9aa1"]
DATADOG = "0123456789abcdef0123456789abcdef"
SECRET = "11111111-2222-3333-4444-555555556666"
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
      - {type: DATADOG, apiKey: {env: DATADOG}, region: US}
      - {type: OPS_GENIE, ensure: absent}
"""
OPS_GENIE = {"type": "OPS_GENIE", "apiKey": SECRET, "region": "US"}
SLACK = {"type": "SLACK", "apiToken": "xoxb-123", "channelName": "alerts"}
SEED = {
    "projects": [
        {"id": PROJECTS[0], "name": "one", "integrations": []},
        {"id": PROJECTS[1], "name": "two", "integrations": [OPS_GENIE, SLACK]},
    ]
}
WRITES = ["POST OPS_GENIE", "POST VICTOR_OPS", "POST DATADOG", "DELETE OPS_GENIE"]
PATIENCE = 60


class Gate:
    """Holds one write until it is let through: before it is done, and then it is not, or after."""

    def __init__(self, service, nth, *, done):
        self.service, self.left, self.done = service, nth, done
        self.reached, self.opened = Event(), Event()

    def handle(self, request):
        if request.method == "GET" or not request.header("Authorization"):
            return self.service.handle(request)
        held, self.left = self.left == 0, self.left - 1
        answer = self.service.handle(request) if self.done or not held else Response(503, {})
        if held:
            self.reached.set()
            assert self.opened.wait(PATIENCE)
        return answer


@pytest.fixture
def start(tmp_path):
    """Start an apply of its own process, which keeps a journal."""
    (tmp_path / "desired.yaml").write_text(STATE)

    def run(url, **options):
        return subprocess.Popen(
            [sys.executable, "-m", "reconciler", "apply", "desired.yaml", "--yes",
             "--journal", "journal", "--format", "json", "--concurrency", "1", "--base-url", url],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "KEY": SECRET, "DATADOG": DATADOG,
                 "MONGODB_ATLAS_PUBLIC_API_KEY": "a", "MONGODB_ATLAS_PRIVATE_API_KEY": "b"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )  # fmt: skip

    return run


@contextmanager
def at_gate(tmp_path, nth=99, *, done=False):
    (tmp_path / "seed.json").write_text(json.dumps(SEED))
    service = open_service(tmp_path / "state.db", seed=tmp_path / "seed.json")
    gate = Gate(service, nth, done=done)
    with serve(gate) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield gate, f"http://127.0.0.1:{server.server_port}"
        finally:
            gate.opened.set()
            server.shutdown()
            thread.join()
    service.close()


def entries(tmp_path):
    return read((tmp_path / "journal").read_text())


@pytest.mark.parametrize("done", [False, True], ids=["not done", "done"])
@pytest.mark.parametrize("nth", range(len(WRITES)), ids=WRITES)
def test_a_run_killed_at_a_write_leaves_that_one_in_doubt_and_the_next_tells(
    tmp_path, start, nth, done
):
    with at_gate(tmp_path, nth, done=done) as (gate, url):
        with start(url) as process:
            assert gate.reached.wait(PATIENCE)
            process.kill()
            process.communicate(timeout=PATIENCE)
        (doubt,) = in_doubt(entries(tmp_path))
        assert f"{doubt.method} {doubt.type}" == WRITES[nth]
        gate.opened.set()

        with start(url) as process:
            report = json.loads(process.communicate(timeout=PATIENCE)[0])
    assert process.returncode == 0
    (told,) = [one["message"] for one in report["problems"] if one["code"] == "in-doubt"]
    expected = "as it was before" if not done else "not there"
    if doubt.method == "POST":
        expected = "in place" if done else "not there"
    assert told.endswith(f"now it is {expected}")
    assert in_doubt(entries(tmp_path)) == []
    assert len(report["outcomes"]) == len(WRITES) - nth - done


def test_journal_and_report_agree_and_hold_no_secret(tmp_path, start):
    with at_gate(tmp_path) as (_, url), start(url) as process:
        report = json.loads(process.communicate(timeout=PATIENCE)[0])
    told = entries(tmp_path)
    assert [entry.event for entry in told] == ["begin", *["intent", "outcome"] * 4, "end"]
    assert [(e.number, e.status, e.detail) for e in told if e.event == "outcome"] == [
        (one["number"], one["status"], one["detail"]) for one in report["outcomes"]
    ]
    assert SECRET[-4:] not in (tmp_path / "journal").read_text().replace(PROJECTS[0], "")
    assert (tmp_path / "journal").stat().st_mode & 0o777 == 0o600


def test_a_signal_leaves_nothing_in_doubt(tmp_path, start):
    with at_gate(tmp_path, 1, done=True) as (gate, url), start(url) as process:
        assert gate.reached.wait(PATIENCE)
        process.terminate()
        assert process.stderr.readline() + process.stderr.readline()
        gate.opened.set()
        report = json.loads(process.communicate(timeout=PATIENCE)[0])
    assert process.returncode == 143
    told = entries(tmp_path)
    statuses = {e.number: e.status for e in told if e.event == "outcome"}
    assert statuses == {one["number"]: one["status"] for one in report["outcomes"]}
    assert list(statuses.values()) == ["done", "done", "skipped", "skipped"]
    assert (told[-1].event, in_doubt(told)) == ("end", [])


@pytest.mark.parametrize("room", [100, 700])
def test_a_journal_that_cannot_be_written_any_more_stops_the_run_before_the_next_write(
    tmp_path, start, room
):
    def narrow():
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    with at_gate(tmp_path) as (gate, url), start(url, preexec_fn=narrow) as process:
        report = json.loads(process.communicate(timeout=PATIENCE)[0])
    assert [one["code"] for one in report["problems"]] == ["journal-unwritable"]
    done = sum(one["status"] == "done" for one in report["outcomes"])
    assert process.returncode == (5 if done else 1)
    assert gate.left == 99 - done
    intents = [entry for entry in entries(tmp_path) if entry.event == "intent"]
    assert len(intents) == done


def test_a_run_that_the_journal_ended_before_its_second_look_is_not_complete(tmp_path, start):
    def run(**options):
        with at_gate(tmp_path) as (_, url), start(url, **options) as process:
            return json.loads(process.communicate(timeout=PATIENCE)[0]), process.returncode

    assert run()[1] == 0
    *_, last, end = (tmp_path / "journal").read_bytes().splitlines(keepends=True)
    room = (tmp_path / "journal").stat().st_size - len(last + end)
    for name in ("journal", "state.db"):
        (tmp_path / name).unlink()
    report, code = run(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)))
    assert {one["status"] for one in report["outcomes"]} == {"done"}
    assert [one["code"] for one in report["problems"]] == ["journal-unwritable"]
    assert code == 5


def test_a_journal_that_cannot_be_opened_refuses_the_run(tmp_path, start):
    (tmp_path / "journal").symlink_to("/dev/full")
    with at_gate(tmp_path) as (gate, url), start(url) as process:
        report = json.loads(process.communicate(timeout=PATIENCE)[0])
    assert (process.returncode, gate.left) == (1, 99)
    assert [one["code"] for one in report["problems"]] == ["journal-unwritable"]


def test_a_run_beside_another_one_takes_nothing_of_it_for_cut_off(tmp_path, start):
    with at_gate(tmp_path, 0, done=True) as (gate, url), start(url) as first:
        assert gate.reached.wait(PATIENCE)
        with start(url) as second:
            report = json.loads(second.communicate(timeout=PATIENCE)[0])
        codes = [one["code"] for one in report["problems"]]
        gate.opened.set()
        first.communicate(timeout=PATIENCE)
    assert (first.returncode, second.returncode) == (0, 0)
    assert codes == ["journal-shared"]
    told = entries(tmp_path)
    assert (tmp_path / "journal").read_text().count("\n") == len(told)
    assert in_doubt(told) == []
    assert "found" not in {entry.event for entry in told}
