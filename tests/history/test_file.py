"""The file of a history: for its owner, for one writer at a time, and refused if it is not ours."""

import sqlite3
import stat
import threading
from contextlib import closing, suppress

import pytest

from reconciler import history
from reconciler.core.drift import CHANGED, Difference, Drift, Scope
from reconciler.core.state import ProjectRef

P, Q = ProjectRef("p", "payments"), ProjectRef("q", "search")


def drift(ref=P, type_="SLACK", *names):
    fields = tuple(Difference(name, 1, 2) for name in names or ["region"])
    return Drift(ref, ref.id, type_, CHANGED, fields)


def seen(at, *drifts, projects=("p", "q"), exit_=2):
    return history.Seen("http://a", at, exit_, {"update": len(drifts)}, drifts,
                        Scope(frozenset(projects)))  # fmt: skip


def test_it_is_its_owners_alone(file, keep):
    keep(seen(1))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["history.db"]


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda file: file.write_bytes(b"no database" * 500), "is no database"),
        (lambda file: _sql(file, "CREATE TABLE a (b)"), "is no history"),
        (lambda file: _version(file, 2), "is a history of version 2, and this tool knows 1"),
        (lambda file: file.mkdir(), "cannot be opened: is a directory"),
        (lambda file: file.symlink_to(file.parent / "no" / "such"), "no such file"),
    ],
    ids=["no database", "another program's", "another version", "a folder", "a loose end"],
)
def test_what_is_no_history_is_refused_and_left_as_it_is(file, keep, spoil, why):
    spoil(file)
    before = file.read_bytes() if file.is_file() else b""
    with pytest.raises(history.HistoryError) as caught:
        keep(seen(1))
    assert why in caught.value.sentence
    assert caught.value.hint
    assert (file.read_bytes() if file.is_file() else b"") == before


def _version(file, number):
    with history.opened(file):
        pass
    _sql(file, f"PRAGMA user_version = {number}")


def _sql(file, statement):
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(statement)


def test_a_damaged_one_is_told(file, keep):
    keep(seen(1, drift()))
    content = bytearray(file.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    file.write_bytes(content)
    with pytest.raises(history.HistoryError, match="damaged"):
        keep(seen(2))


def test_one_that_is_locked_for_long_is_told(file, keep, monkeypatch):
    keep(seen(1))
    monkeypatch.setattr("reconciler.history.store.PATIENCE", 0)
    with history.opened(file), pytest.raises(history.HistoryError, match="locked by another run"):
        keep(seen(2))


def test_what_fails_leaves_no_half_of_a_run(file, keep, reading):
    keep(seen(1, drift()))
    with suppress(ZeroDivisionError), history.opened(file) as connection:
        history.record(connection, seen(2))
        raise ZeroDivisionError
    with reading() as connection:
        assert [run["at"] for run in history.runs(connection)] == [1]
        assert history.everything(connection)[0]["ended"] is None


def test_runs_at_the_same_time_are_all_kept(file, keep, reading):
    threads = [threading.Thread(target=keep, args=[seen(at, drift())]) for at in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading() as connection:
        assert sorted(run["at"] for run in history.runs(connection)) == list(range(8))
        [item] = history.everything(connection)
        assert (item["first"], item["last"], item["ended"]) == (1, 8, None)


def test_a_setting_that_differs_in_another_way_is_there_since_it_first_did(keep):
    keep(seen(100, drift()))
    other = Drift(P, "p", "SLACK", CHANGED, (Difference("region", 1, 3),))
    assert keep(seen(200, other)).age(other).since == 100


def test_a_second_setting_is_new_beside_the_first(keep):
    keep(seen(100, drift()))
    both = drift(P, "SLACK", "apiKey", "region")
    age = keep(seen(200, both)).age(both)
    assert (age.new, age.since, age.fresh) == (False, 100, ("apiKey",))


def test_a_renamed_project_is_the_same(keep):
    keep(seen(100, drift()))
    past = keep(seen(200, drift(ProjectRef("p", "renamed"))))
    assert (past.new, past.resolved) == (frozenset(), ())
    [gone] = keep(seen(300)).resolved
    assert (gone.name, gone.since) == ("renamed", 100)


def test_runs_count_by_their_order_when_the_clock_goes_back(keep):
    keep(seen(500, drift()))
    past = keep(seen(100, drift()))
    assert past.age(drift()).since == 500
    assert past.previous.at == 500
    assert [gone.since for gone in keep(seen(90)).resolved] == [500]


def test_a_project_that_is_not_declared_any_more_is_not_seen_and_goes_with_the_runs(keep, file):
    keep(seen(100, drift(Q)))
    for at in (200, 300):
        past = keep(seen(at, projects=["p"]))
        assert (past.resolved, [gone.name for gone in past.unseen]) == ((), ["search"])
    with history.opened(file) as connection:
        assert history.prune(connection, 1, None) == (2, 1)
    assert keep(seen(400, projects=["p"])).unseen == ()


def test_what_still_drifts_keeps_its_age_when_old_runs_go(keep, file):
    keep(seen(100, drift()))
    keep(seen(200, drift()))
    with history.opened(file) as connection:
        history.prune(connection, 1, None)
    assert keep(seen(300, drift())).age(drift()).since == 100


def test_nothing_open_is_forgotten_while_no_run_that_is_kept_has_looked(keep, file):
    keep(seen(100, drift()))
    keep(history.Seen("http://a", 200, 1))
    with history.opened(file) as connection:
        assert history.prune(connection, 1, None) == (1, 1)
    assert keep(seen(300, drift())).age(drift()).since == 100


@pytest.mark.parametrize(
    ("keep_latest", "before", "left"),
    [
        (2, None, [300, 400]),
        (0, 300, [300, 400]),
        (3, 300, [200, 300, 400]),
        (1, 200, [200, 300, 400]),
    ],
)
def test_pruning_drops_what_is_old_and_not_among_the_latest(
    keep, file, reading, keep_latest, before, left
):
    for at in (100, 200, 300, 400):
        keep(seen(at))
    with history.opened(file) as connection:
        history.prune(connection, keep_latest, before)
    with reading() as connection:
        assert [run["at"] for run in history.runs(connection)] == left
