"""The file of a journal: what is kept, what is read of a damaged one, and how it is shown."""

import json
import os
import stat
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from secrets import token_hex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.api.codec import decode_integrations
from reconciler.core.diff import diff
from reconciler.core.plan import Outcome, Status, make_plan
from reconciler.core.state import LiveProject
from reconciler.journal import Journal, in_doubt, left_off, read

PROJECT = "5d791c84ff7a2522cc4f9aa1"
UUID = "11111111-2222-3333-4444-555555556666"


@pytest.fixture
def operations(build):
    """Two creates."""
    wanted = [build.integration(type_, apiKey=UUID) for type_ in ("OPS_GENIE", "VICTOR_OPS")]
    project = build.project(*wanted)
    live = LiveProject(project.ref, decode_integrations([], build.kinds))
    changes = diff(project, live, build.kinds)
    return make_plan(changes, "/{}/{}".format, (), {}, complete=True).operations


@pytest.fixture
def file(tmp_path):
    return tmp_path / "journal"


def events(file):
    return [entry.event for entry in read(file.read_text())]


def test_file_and_folder_are_on_the_disk_before_anything_is_written(file, monkeypatch):
    synced, sync = [], os.fsync
    monkeypatch.setattr(
        "reconciler.journal.os.fsync", lambda it: synced.append(os.fstat(it).st_ino) or sync(it)
    )
    Journal(file)
    assert synced == [file.stat().st_ino, file.parent.stat().st_ino]


def test_a_run_that_never_ended_left_off_where_it_wrote(file, operations):
    ended = Journal(file)
    ended.intent(operations[0], "POST", None)
    ended.close()
    assert left_off(read(file.read_text())) == set()
    Journal(file).intent(operations[0], "PUT", "1")
    assert left_off(read(file.read_text())) == {PROJECT}
    Journal(file).close()
    assert left_off(read(file.read_text())) == set()
    assert left_off([]) == set()


def test_an_intent_without_an_outcome_is_in_doubt(file, operations):
    first, second = operations
    journal = Journal(file)
    journal.intent(first, "POST", None)
    journal.intent(first, "PUT", "1")
    journal.intent(second, "POST", None)
    journal.outcome(Outcome(second, Status.FAILED, "no"))
    (doubt,) = in_doubt(read(file.read_text()))
    assert (doubt.number, doubt.method, doubt.before) == (1, "PUT", "1")
    assert doubt.key == (PROJECT, "OPS_GENIE")
    journal.close()


def test_what_was_found_later_ends_the_doubt(file, operations):
    Journal(file).intent(operations[0], "POST", None)
    later = Journal(file)
    (doubt,) = in_doubt(read(file.read_text()))
    later.found(doubt, "in place")
    assert in_doubt(read(file.read_text())) == []
    later.close()


def test_an_outcome_is_told_again_only_when_it_has_changed(file, operations):
    journal = Journal(file)
    done = Outcome(operations[0], Status.DONE)
    journal.outcome(done)
    journal.outcome(done, Outcome(operations[1], Status.SKIPPED))
    journal.outcome(Outcome(operations[0], Status.FAILED, "not-converged"))
    journal.close()
    assert events(file) == ["begin", "outcome", "outcome", "outcome", "end"]


def test_it_is_for_its_owner_alone_even_if_it_was_not(file):
    file.touch(0o644)
    Journal(file).close()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_torn_line_is_passed_over_and_does_not_spoil_the_next(file, operations):
    journal = Journal(file)
    journal.intent(operations[0], "POST", None)
    journal.close()
    file.write_bytes(file.read_bytes()[:-20])
    Journal(file).close()
    assert events(file) == ["begin", "intent", "begin", "end"]


def test_another_process_that_dies_half_way_through_a_line_does_not_spoil_ours(file, operations):
    ours = Journal(file)
    with file.open("a") as theirs:
        theirs.write('{"run": "theirs", "time": "now", "event": "int')
    ours.intent(operations[0], "POST", None)
    ours.close()
    assert events(file) == ["begin", "intent", "end"]


def test_two_runs_with_one_journal_keep_their_lines_whole_and_apart(file, operations):
    runs = [Journal(file) for _ in range(4)]

    def work(run):
        for _ in range(50):
            run.intent(operations[0], "POST", None)
            run.outcome(Outcome(operations[0], Status.DONE, token_hex(50)))
        run.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, runs))
    told = read(file.read_text())
    assert len(told) == file.read_text().count("\n") == 4 * 102
    assert {run: n for run, n in Counter(entry.run for entry in told).items() if n != 102} == {}
    assert in_doubt(told) == []


def test_a_run_that_is_still_at_work_is_known(file):
    first = Journal(file)
    second = Journal(file)
    assert (first.shared, second.shared) == (False, True)
    first.close()
    second.close()
    third = Journal(file)
    assert not third.shared
    third.close()


def test_nothing_is_written_once_it_is_closed(file, operations):
    journal = Journal(file)
    journal.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        journal.intent(operations[0], "POST", None)


@given(st.data())
def test_a_journal_cut_anywhere_tells_what_stood_before(data):
    lines = [
        json.dumps({"run": "a", "time": "t", "event": "intent", "number": number})
        for number in range(3)
    ]
    text = "".join(f"{line}\n" for line in lines)
    cut = data.draw(st.integers(0, len(text)))
    assert [entry.number for entry in read(text[:cut])] == list(range(text[:cut].count("}")))


@given(
    st.text()
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["run", "time", "event", "number", "project", "before", "x"]), inner
            )
        ),
    ).map(json.dumps)
)
def test_whatever_stands_in_it_is_read_without_a_fault(text):
    in_doubt(read(text))


def test_a_journal_is_shown_as_a_table(run, file, operations):
    journal = Journal(file)
    journal.intent(operations[0], "POST", None)
    journal.intent(operations[0], "PUT", "1")
    journal.outcome(Outcome(operations[0], Status.CONFLICT, "somebody else wrote it meanwhile"))
    journal.intent(operations[1], "POST", None)
    shown = run("journal", "show", str(file), simulate=False)
    lines = shown.stdout.splitlines()
    assert lines[0].endswith("did not come to its end")
    assert lines[1:] == [
        "  NO  METHOD  TRIES  PROJECT                   TYPE             OUTCOME",
        f"   1  PUT         2  {PROJECT}  OPS_GENIE        conflict",
        "      somebody else wrote it meanwhile",
        f"   2  POST        1  {PROJECT}  VICTOR_OPS       in doubt",
        "",
        "1 run, 1 in doubt.",
    ]


def test_a_hostile_journal_is_shown_without_harm(run, file):
    told = {"run": "\x1b[2J", "time": "t", "event": "intent", "type": "\u202e" * 50}
    file.write_text(f"{json.dumps(told)}\n\xff")
    shown = run("journal", "show", str(file), simulate=False).stdout
    assert not {"\x1b", "\u202e"} & set(shown)
    assert max(map(len, shown.splitlines())) <= 80


def test_a_journal_is_given_as_json(run, file, operations):
    journal = Journal(file)
    journal.intent(operations[0], "POST", None)
    shown = json.loads(run("journal", "show", str(file), "--format", "json", simulate=False).stdout)
    assert shown["format"] == "reconciler-journal/1"
    assert [entry["event"] for entry in shown["entries"]] == ["begin", "intent"]
    assert [doubt["number"] for doubt in shown["inDoubt"]] == [1]
    journal.close()
