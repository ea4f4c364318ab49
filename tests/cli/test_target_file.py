"""What Prometheus watches is replaced whole, only when there is news, and never emptied."""

import json
import os
import stat
from pathlib import Path

import pytest

from reconciler.cli.target_file import refresh
from reconciler.core.state import ProjectRef
from reconciler.core.target import TargetGroup
from reconciler.steps.discover import Targets

ONE = ProjectRef("1d791c84ff7a2522cc4f9aa1", "one")
TWO = ProjectRef("2d791c84ff7a2522cc4f9aa1", "two")


def found(**targets):
    """Make what was found: `one` and `two` are lists of addresses, or None where not read."""
    refs = {"one": ONE, "two": TWO}
    groups = {
        refs[name].id: (TargetGroup(tuple(addresses), {"group_id": refs[name].id}),)
        for name, addresses in targets.items()
        if addresses is not None
    }
    return Targets([refs[name] for name in targets], groups)


def addresses(file):
    return [target for group in json.loads(file.read_text()) for target in group["targets"]]


@pytest.fixture
def file(tmp_path):
    return tmp_path / "targets.json"


def test_a_new_file_can_be_read_by_all_whatever_the_umask(file):
    before = os.umask(0o077)
    try:
        assert refresh(file, found(one=["a:1"])) == []
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert addresses(file) == ["a:1"]


def test_the_mode_of_an_old_file_is_kept(file):
    file.write_text("[]")
    file.chmod(0o640)
    refresh(file, found(one=["a:1"]))
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert addresses(file) == ["a:1"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file to any group")
def test_the_group_of_an_old_file_is_kept(file):
    file.write_text("[]")
    os.chown(file, -1, 12345)
    refresh(file, found(one=["a:1"]))
    assert file.stat().st_gid == 12345


def test_the_old_file_is_not_written_into(file):
    """A reader that has opened it reads on in the old one, and to its end."""
    refresh(file, found(one=["a:1"]))
    with file.open() as reader:
        refresh(file, found(one=["b:1"]))
        assert "a:1" in reader.read()
    assert addresses(file) == ["b:1"]
    assert list(file.parent.iterdir()) == [file]


def test_a_link_stays_and_what_it_leads_to_is_replaced(file, tmp_path):
    (tmp_path / "real.json").write_text("[]")
    file.symlink_to("real.json")
    refresh(file, found(one=["a:1"]))
    assert file.is_symlink()
    assert addresses(tmp_path / "real.json") == ["a:1"]


def test_a_file_without_news_is_not_touched(file):
    refresh(file, found(one=["a:1"], two=["b:1"]))
    before = file.stat()
    refresh(file, found(two=["b:1"], one=["a:1"]))
    assert file.stat() == before


def test_a_project_that_is_not_read_keeps_its_targets_and_that_is_said(file):
    refresh(file, found(one=["a:1", "a:2"], two=["b:1"]))
    (told,) = refresh(file, found(one=None, two=["b:2"]))
    assert addresses(file) == ["a:1", "a:2", "b:2"]
    assert (told.code, told.is_error) == ("targets-kept", False)
    assert told.message.endswith("keeps the targets that it had of one: 2")


def test_a_file_is_left_alone_when_nothing_was_read(file):
    refresh(file, found(one=["a:1"], two=["b:1"]))
    before = file.stat()
    (told,) = refresh(file, found(one=None, two=None))
    assert file.stat() == before
    assert told.code == "targets-kept"


def test_no_file_is_made_of_nothing(file):
    refresh(file, found(one=None))
    assert not file.exists()


def test_an_answer_without_targets_is_an_answer(file):
    refresh(file, found(one=["a:1"], two=["b:1"]))
    assert refresh(file, found(one=[], two=["b:1"])) == []
    assert addresses(file) == ["b:1"]


def test_a_project_that_is_no_longer_asked_goes(file):
    refresh(file, found(one=["a:1"], two=["b:1"]))
    assert refresh(file, found(two=["b:1"])) == []
    assert addresses(file) == ["b:1"]


def test_targets_that_name_no_project_stay_while_any_is_not_read(file):
    file.write_text('[{"targets": ["x:1"], "labels": {}}]')
    refresh(file, found(one=None, two=["b:1"]))
    assert addresses(file) == ["x:1", "b:1"]
    refresh(file, found(one=["a:1"], two=["b:1"]))
    assert addresses(file) == ["a:1", "b:1"]


@pytest.mark.parametrize("junk", ["", "[", "{}", '[{"targets": ["x"], "labels": {}}]', "[" * 10**5])
def test_what_prometheus_cannot_read_is_replaced(file, junk):
    file.write_text(junk)
    refresh(file, found(one=None, two=["b:1"]))
    assert addresses(file) == ["b:1"]


def test_a_file_that_cannot_be_replaced_is_told(file):
    file.mkdir()
    (told,) = refresh(file, found(one=["a:1"]))
    assert (told.code, told.is_error) == ("unwritable-output", True)
    assert list(file.parent.iterdir()) == [file]


def test_a_write_that_breaks_leaves_the_old_file_and_nothing_else(file, monkeypatch):
    refresh(file, found(one=["a:1"]))

    def full(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    (told,) = refresh(file, found(one=["b:1"]))
    assert told.message.endswith("no space left on device")
    assert addresses(file) == ["a:1"]
    assert list(file.parent.iterdir()) == [file]
