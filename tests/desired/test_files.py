"""Which files are read, and what is said of those that cannot be."""

import os
import subprocess
import sys

import pytest

from reconciler.desired import files
from reconciler.desired.files import read_files

TEXT = b"version: 1\n"


@pytest.fixture
def found(tmp_path, monkeypatch):
    """Name the files read below an otherwise empty folder, and the problems."""
    monkeypatch.chdir(tmp_path)

    def find(*paths):
        problems = []
        names = [name for name, _ in read_files(paths, problems)]
        return names, [(problem.code, str(problem.at)) for problem in problems]

    return find


@pytest.fixture
def write(tmp_path):
    def write_all(*names, content=TEXT):
        for name in names:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(content)

    return write_all


def test_every_yaml_file_below_a_directory_is_read(found, write):
    write("d/b.yaml", "d/a.yml", "d/c/d/e.yaml", "d/.f/g.yml", "d/h.txt", "d/i.yaml.bak", "d/yaml")
    assert found("d") == (["d/.f/g.yml", "d/a.yml", "d/b.yaml", "d/c/d/e.yaml"], [])


def test_a_file_that_is_named_is_read_whatever_its_name(found, write):
    write("state", "state.json")
    assert found("state.json", "state") == (["state", "state.json"], [])


def test_the_order_of_the_paths_does_not_matter(found, write):
    write("a.yaml", "b/c.yaml", "d.yaml")
    assert found("d.yaml", "b", "a.yaml") == found("a.yaml", "b", "d.yaml")


def test_a_file_is_read_once_however_many_paths_lead_to_it(found, write, tmp_path):
    write("d/a.yaml")
    (tmp_path / "d/b.yaml").symlink_to("a.yaml")
    (tmp_path / "e").symlink_to("d")
    assert found("d", "d/a.yaml", "e", "./d") == (["d/a.yaml"], [])


def test_a_link_to_a_directory_below_is_not_followed(found, write, tmp_path):
    write("elsewhere/b.yaml", "d/a.yaml")
    (tmp_path / "d/there").symlink_to("../elsewhere")
    (tmp_path / "d/round").symlink_to("../d")
    assert found("d") == (["d/a.yaml"], [])


def test_a_directory_may_be_named_like_a_file(found, write):
    write("d.yaml/a.yaml")
    assert found(".") == (["d.yaml/a.yaml"], [])
    assert found("d.yaml") == (["d.yaml/a.yaml"], [])


def test_links_that_lead_nowhere_are_told_and_the_others_read(found, write, tmp_path):
    write("d/a.yaml")
    (tmp_path / "d/gone.yaml").symlink_to("nowhere.yaml")
    (tmp_path / "d/self.yaml").symlink_to("self.yaml")
    names, problems = found("d")
    assert names == ["d/a.yaml"]
    assert problems == [
        ("unreadable-file", "d/gone.yaml:1:1"),
        ("unreadable-file", "d/self.yaml:1:1"),
    ]


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.yaml")
    done = subprocess.run(
        [sys.executable, "-m", "reconciler", "validate", "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == 3
    assert done.stdout.startswith("pipe.yaml:1:1: unreadable-file: this is not a regular file\n")


@pytest.mark.parametrize(
    "path", ["nowhere.yaml", "nowhere/state.yaml", "n" * 300, "n/" * 3000 + "n"]
)
def test_a_path_that_leads_nowhere_is_told(found, path):
    assert found(path) == ([], [("unreadable-file", f"{path}:1:1")])


def test_a_directory_that_cannot_be_listed_is_told_by_its_own_name(found, write, monkeypatch):
    write("d/a.yaml")

    def walk(top, onerror):
        onerror(PermissionError(13, "Permission denied", "d/closed"))
        yield top, ["closed"], ["a.yaml"]

    monkeypatch.setattr(os, "walk", walk)
    assert found("d") == (["d/a.yaml"], [("unreadable-file", "d/closed:1:1")])


@pytest.mark.parametrize("name", ["notes.txt", "d/notes.txt", "d/state.YAML"])
def test_a_directory_without_yaml_is_told(found, write, name):
    write(name)
    assert found(".") == ([], [("no-files", ".:1:1")])


def test_each_directory_without_yaml_is_told(found, write):
    write("a/notes", "b/notes", "c/state.yaml")
    names, problems = found("a", "b", "c")
    assert names == ["c/state.yaml"]
    assert problems == [("no-files", "a:1:1"), ("no-files", "b:1:1")]


def test_a_file_of_sixteen_mebibytes_is_read_and_not_one_byte_more(found, write):
    write("a.yaml", content=b"#" * (16 * 2**20))
    write("b.yaml", content=b"#" * (16 * 2**20 + 1))
    write("c.yaml")
    assert found(".") == (["a.yaml", "c.yaml"], [("too-large", "b.yaml:1:1")])


def test_a_device_without_end_is_left_after_the_limit(found):
    assert found("/dev/zero") == ([], [("too-large", "/dev/zero:1:1")])


def test_files_of_sixty_four_mebibytes_in_all_are_read_and_no_more(found, write):
    write("a.yaml", "b.yaml", "c.yaml", "d.yaml", content=b"#" * (16 * 2**20))
    assert found(".") == (["a.yaml", "b.yaml", "c.yaml", "d.yaml"], [])
    write("e.yaml", "f.yaml")
    assert found(".") == (["a.yaml", "b.yaml", "c.yaml", "d.yaml"], [("too-large", "e.yaml:1:1")])


def test_there_may_be_twenty_thousand_files():
    assert files.MOST_FILES == 20_000


def test_more_files_than_that_are_told_of_and_not_read(found, write, monkeypatch):
    monkeypatch.setattr(files, "MOST_FILES", 3)
    write("a.yaml", "b.yaml", "c.yaml")
    assert found(".") == (["a.yaml", "b.yaml", "c.yaml"], [])
    write("d.yaml", "e.yaml")
    assert found(".") == (["a.yaml", "b.yaml", "c.yaml"], [("too-large", "d.yaml:1:1")])


@pytest.mark.parametrize("path", ["nowhere.yaml", "empty"])
def test_nothing_to_read_is_an_invalid_desired_state(run, tmp_path, path):
    (tmp_path / "empty").mkdir()
    result = run("validate", path)
    assert result.return_value == 3
    assert result.stdout.startswith(f"{path}:1:1: ")
