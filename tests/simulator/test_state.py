"""The state's file: made, kept, and refused when it is not ours."""

from __future__ import annotations

import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from reconciler.api.dialects import Family
from reconciler.simulator import Seed, StateError, Store, from_projects, open_service

PROJECT = "6a79404f2c88faeba59beea6"
BODY = {"type": "OPS_GENIE", "apiKey": "00000000-aaaa-2222-bbbb-333333333311"}
FIRST_VERSION = """
CREATE TABLE projects (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, org_id TEXT NOT NULL,
  created TEXT NOT NULL, tags TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX by_name ON projects (name, id);
CREATE TABLE integrations (
  project_id TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  type TEXT NOT NULL, id TEXT NOT NULL UNIQUE, settings TEXT NOT NULL,
  PRIMARY KEY (project_id, type)
) WITHOUT ROWID;
INSERT INTO projects VALUES
  ('6a79404f2c88faeba59beea6', 'payments', 'aaaaaaaaaaaaaaaaaaaaaaaa', '2020-01-01', '[]');
INSERT INTO integrations VALUES
  ('6a79404f2c88faeba59beea6', 'OPS_GENIE', 'bbbbbbbbbbbbbbbbbbbbbbbb', '{"apiKey": "key"}');
PRAGMA application_id = 0x61746c73;
PRAGMA user_version = 1;
"""


def test_a_new_state_is_readable_by_its_owner_only(tmp_path):
    path = tmp_path / "state.db"
    with closing(open_service(path)):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_restart_keeps_the_state_and_ignores_what_would_fill_a_new_one(tmp_path, call_of):
    path = tmp_path / "state.db"
    with closing(open_service(path, projects=[(PROJECT, "payments")])) as service:
        call = call_of(service)
        before = call("POST", call.integrations("/OPS_GENIE"), BODY).json()
    with closing(open_service(path, projects=[("b" * 24, "another")])) as service:
        call = call_of(service)
        assert call("GET", call.integrations()).json()["results"] == before["results"]
        assert call("GET", "/groups").json()["totalCount"] == 1
        assert not service.store.is_new


def test_two_services_share_one_state(tmp_path, call_of):
    path = tmp_path / "state.db"
    with (
        closing(open_service(path, projects=[(PROJECT, "payments")])) as one,
        closing(open_service(path)) as two,
    ):
        call = call_of(one)
        written = call("POST", call.integrations("/OPS_GENIE"), BODY).json()["results"]
        assert call_of(two)("GET", call.integrations()).json()["results"] == written


def test_two_services_that_write_at_once_wait_for_each_other(tmp_path, call_of):
    path = tmp_path / "state.db"
    with (
        closing(open_service(path, projects=[(PROJECT, "payments")])) as one,
        closing(open_service(path)) as two,
        ThreadPoolExecutor(8) as pool,
    ):
        calls = [call_of(one), call_of(two)] * 20
        statuses = pool.map(
            lambda call: call("POST", call.integrations("/OPS_GENIE"), BODY).status_code, calls
        )
        assert sorted(statuses) == [200] + [409] * 39


def test_a_write_keeps_other_processes_out_from_its_start(tmp_path):
    path = tmp_path / "state.db"
    with (
        closing(Store.open(path, Seed)) as store,
        closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as other,
    ):
        with store.transaction():
            other.execute("BEGIN IMMEDIATE")
            other.execute("ROLLBACK")
        with (
            store.transaction(writing=True),
            pytest.raises(sqlite3.OperationalError, match="locked"),
        ):
            other.execute("BEGIN IMMEDIATE")


def test_an_empty_file_is_a_new_state(tmp_path):
    path = tmp_path / "state.db"
    path.touch()
    with closing(open_service(path)) as service:
        assert service.store.is_new


def test_a_seed_fills_a_new_state(tmp_path, call_of):
    seed = tmp_path / "seed.yaml"
    seed.write_text(
        "projects: [{name: payments, integrations: [{type: OPS_GENIE, apiKey: '12345'}]}]"
    )
    with closing(open_service(tmp_path / "state.db", seed=seed)) as service:
        call = call_of(service)
        project = call("GET", "/groups/byName/payments").json()["id"]
        shown = call("GET", call.integrations(project=project)).json()["results"]
        assert [(item["type"], item["apiKey"]) for item in shown] == [("OPS_GENIE", "*2345")]


@pytest.mark.parametrize("text", ["projects: 5", "\xff\xfe"])
def test_after_a_wrong_seed_the_state_is_still_new(tmp_path, text):
    seed, path = tmp_path / "seed.yaml", tmp_path / "state.db"
    seed.write_text(text, encoding="latin-1")
    with pytest.raises(StateError, match=r"seed\.yaml"):
        open_service(path, seed=seed)
    with closing(open_service(path)) as service:
        assert service.store.is_new


def test_a_missing_seed_is_told(tmp_path):
    with pytest.raises(StateError, match="cannot be read"):
        open_service(tmp_path / "state.db", seed=tmp_path / "seed.yaml")


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("not a database, and longer than a header" * 10)
    before = path.read_bytes()
    with pytest.raises(StateError, match=r"notes\.txt cannot be used as simulator state"):
        open_service(path)
    assert path.read_bytes() == before


def test_the_database_of_another_program_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE projects (id)")
        connection.commit()
    before = path.read_bytes()
    with pytest.raises(StateError, match="a database of another program"):
        open_service(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("version", [0, 99])
def test_a_state_of_another_version_is_refused(tmp_path, version):
    path = tmp_path / "state.db"
    open_service(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {version}")
    with pytest.raises(StateError, match="another version"):
        open_service(path)


def test_a_state_of_the_first_version_is_brought_up_to_date(tmp_path):
    path = tmp_path / "state.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(FIRST_VERSION)
    with closing(Store.open(path)) as store, store.transaction():
        project = store.project(PROJECT)
        assert (project.name, project.api, project.clusters) == ("payments", "atlas", ())
        assert [item.type for item in store.integrations(PROJECT)] == ["OPS_GENIE"]
    with closing(Store.open(path)) as store:
        assert not store.is_new


def test_a_damaged_state_is_refused(tmp_path):
    path = tmp_path / "state.db"
    open_service(path, projects=[(f"{n:024x}", f"name {n}") for n in range(500)]).close()
    data = bytearray(path.read_bytes())
    data[8192:12288] = b"\xff" * 4096
    path.write_bytes(data)
    with pytest.raises(StateError, match=r"damaged|malformed"):
        open_service(path)


@pytest.mark.parametrize("name", [".", "missing/state.db"])
def test_a_place_where_no_file_can_be_is_refused(tmp_path, name):
    with pytest.raises(StateError, match="cannot be opened"):
        open_service(tmp_path / name)


def test_what_a_failed_step_wrote_is_undone(tmp_path):
    (project,) = from_projects([(PROJECT, "payments")]).projects

    def add_twice(store):
        with store.transaction(writing=True):
            store.add_project(project)
            store.add_project(project)

    with closing(Store.open(tmp_path / "state.db", Seed)) as store:
        with pytest.raises(StateError, match="cannot be used"):
            add_twice(store)
        with store.transaction():
            assert store.projects(Family.ATLAS, None, "", 1, 0) == (0, [])


def test_a_closed_state_says_so(tmp_path, call_of):
    service = open_service(tmp_path / "state.db")
    service.close()
    with pytest.raises(StateError, match="closed"):
        call_of(service)("GET", "/groups")
