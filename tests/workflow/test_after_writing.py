"""What is reported as done is done, and whoever only looks cannot write."""

import json
import sqlite3

import pytest

from reconciler import session, simulator

STATE = """\
version: 1
api: atlas
projects:
  - name: payments
    integrations:
      - {type: OPS_GENIE, apiKey: {env: KEY}}
      - {type: VICTOR_OPS, apiKey: {env: KEY}, routingKey: team}
"""
FORGET = "DELETE FROM integrations WHERE type = 'OPS_GENIE'"
OVERWRITE = """UPDATE integrations
SET id = 'ffffffffffffffffffffffff', settings = replace(settings, '11111111', '99999999')
WHERE type = 'OPS_GENIE'"""
FALSIFY = "UPDATE integrations SET settings = replace(settings, 'team', 'other')"


@pytest.fixture
def desired(tmp_path, monkeypatch):
    monkeypatch.setenv("KEY", "11111111-2222-3333-4444-555555556666")
    (tmp_path / "desired.yaml").write_text(STATE)


@pytest.fixture
def apply(run, desired, tmp_path, monkeypatch):
    """Apply, with a statement run on the simulator's state after each write."""

    def invoke(statement, *options):
        def in_process(handle):
            def answer(request):
                response = handle(request)
                if request.method == "POST" and response.status == 200:
                    with sqlite3.connect(tmp_path / "state.db") as state:
                        state.execute(statement)
                    state.close()
                return response

            return real(answer)

        real = simulator.InProcess
        with monkeypatch.context() as patch:
            patch.setattr(simulator, "InProcess", in_process)
            result = run("apply", "desired.yaml", "--yes", "--format", "json", *options)
        return result.return_value, json.loads(result.stdout)

    return invoke


@pytest.mark.parametrize(
    ("statement", "statuses", "why"),
    [
        (FORGET, ["failed", "done"], "not there yet"),
        (FALSIFY, ["done", "failed"], "routingKey differs"),
    ],
)
def test_a_write_that_does_not_last_is_not_reported_as_done(apply, statement, statuses, why):
    code, report = apply(statement)
    assert code == 5
    assert [outcome["status"] for outcome in report["outcomes"]] == statuses
    (detail,) = [outcome["detail"] for outcome in report["outcomes"] if outcome["detail"]]
    assert detail == f"not-converged: the API took the write, and a second look shows: {why}"


@pytest.fixture
def receipts(tmp_path, monkeypatch):
    """Name the options that keep receipts; and the types of which there are some."""
    monkeypatch.setenv("RECEIPTS", "0123456789abcdef" * 4)
    options = ["--receipts", "receipts.json", "--receipts-key", "env:RECEIPTS"]

    def kept():
        made = json.loads((tmp_path / "receipts.json").read_text())["receipts"]
        return [one["type"] for one in made]

    return options, kept


def test_a_write_that_somebody_writes_over_is_a_conflict_and_proves_nothing(apply, receipts):
    """Its mask still fits: only its id says that it is not ours any more."""
    options, kept = receipts
    code, report = apply(OVERWRITE, *options)
    first, second = report["outcomes"]
    assert (code, first["status"], second["status"]) == (5, "conflict", "done")
    assert first["detail"] == "it was done, and then somebody else wrote it"
    assert kept() == ["VICTOR_OPS"]


def test_what_is_found_in_place_without_an_answer_of_ours_gets_no_receipt(
    run, desired, receipts, monkeypatch
):
    real, lost = simulator.InProcess, []

    def in_process(handle):
        def answer(request):
            response = handle(request)
            if request.method == "POST" and response.status == 200 and not lost:
                lost.append(request)
                return simulator.Response(503, {}, b"")
            return response

        return real(answer)

    monkeypatch.setattr(simulator, "InProcess", in_process)
    monkeypatch.setattr("reconciler.api.retry.random.uniform", lambda *_: 0)
    options, kept = receipts
    result = run(
        "apply", "desired.yaml", "--yes", "--concurrency", "1", "--format", "json", *options
    )
    first, second = json.loads(result.stdout)["outcomes"]
    assert (first["status"], first["detail"]) == ("done", "found in place when read again")
    assert (second["status"], kept()) == ("done", ["VICTOR_OPS"])


def test_a_wave_that_does_not_last_keeps_the_next_from_beginning(apply, tmp_path):
    project = "  - {name: %s, canary: %s, integrations: [{type: OPS_GENIE, apiKey: {env: KEY}}]}\n"
    head = "version: 1\napi: atlas\nprojects:\n"
    projects = project % ("payments", "true") + project % ("shop", "false")
    (tmp_path / "desired.yaml").write_text(head + projects)
    code, report = apply(FORGET)
    assert code == 1
    fates = {one["wave"]: (one["status"], one["detail"]) for one in report["outcomes"]}
    assert fates[1][0] == "failed"
    assert fates[1][1].endswith(" took the write, and a second look shows: not there yet")
    assert fates[2] == ("skipped", "not begun: wave 1 was not verified")


def test_where_nothing_is_done_and_nothing_can_be_seen_again_nothing_counts_as_done(
    run, desired, monkeypatch
):
    real, asked = simulator.InProcess, []

    def in_process(handle):
        def answer(request):
            if request.path.endswith("/integrations"):
                asked.append(request)
            late = len(asked) > 2  # the plan's read met a challenge first
            return simulator.Response(403, {}, b"{}") if late else handle(request)

        return real(answer)

    monkeypatch.setattr(simulator, "InProcess", in_process)
    result = run("apply", "desired.yaml", "--yes", "--concurrency", "1", "--format", "json")
    statuses = [outcome["status"] for outcome in json.loads(result.stdout)["outcomes"]]
    assert (result.return_value, statuses) == (1, ["skipped", "skipped"])


def test_what_is_done_is_not_forgotten_where_the_second_look_ends_the_run(
    run, desired, monkeypatch
):
    real, written = simulator.InProcess, []

    def in_process(handle):
        def answer(request):
            written.extend([request] if request.method == "POST" else [])
            if len(written) == 2 and request.method == "GET":
                return simulator.Response(429, {"Retry-After": "3600"})
            return handle(request)

        return real(answer)

    monkeypatch.setattr(simulator, "InProcess", in_process)
    result = run("apply", "desired.yaml", "--yes", "--concurrency", "1", "--format", "json")
    report = json.loads(result.stdout)
    assert [outcome["status"] for outcome in report["outcomes"]] == ["done", "done"]
    assert result.return_value == 5
    assert "rate-limited" in [problem["code"] for problem in report["problems"]]


def test_the_next_run_converges(apply, run):
    assert apply(FORGET)[0] == 5
    assert run("apply", "desired.yaml", "--yes").return_value == 0
    assert run("plan", "desired.yaml", "--detailed-exitcode").return_value == 0


@pytest.mark.parametrize(
    ("arguments", "writable"),
    [
        (["plan"], False),
        (["drift"], False),
        (["apply", "--dry-run"], False),
        (["apply", "--yes"], True),
    ],
    ids=["plan", "drift", "dry run", "apply"],
)
def test_only_an_apply_can_write_at_all(run, desired, monkeypatch, arguments, writable):
    asked = []
    real = session.connect

    def connect(*arguments, **options):
        asked.append(options["writable"])
        return real(*arguments, **options)

    monkeypatch.setattr(session, "connect", connect)
    run(arguments[0], "desired.yaml", *arguments[1:])
    assert asked == [writable]
