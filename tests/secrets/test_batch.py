"""Many things are read from a source at once, each of them once."""

from threading import Barrier

import pytest

from reconciler.secrets.batch import WORKERS, each
from reconciler.secrets.source import down, library, missing, split_version


def test_each_key_is_read_once_and_has_its_value():
    asked = []
    assert each("abcabc", lambda key: asked.append(key) or key.upper()) == {
        "a": "A",
        "b": "B",
        "c": "C",
    }
    assert sorted(asked) == ["a", "b", "c"]


def test_several_are_read_at_a_time():
    barrier = Barrier(WORKERS, timeout=30)
    keys = range(WORKERS + 1)
    each(keys, lambda key: barrier.wait() if key else None)


def test_one_that_fails_leaves_the_others_alone():
    def read(key):
        if key == "b":
            raise missing("no b", "look")
        return key

    found = each("abc", read)
    assert (found["a"], found["b"].sentence, found["c"]) == ("a", "no b", "c")


def test_a_source_that_is_down_is_asked_once():
    asked = []

    def read(key):
        asked.append(key)
        raise down("the source is down", "wait")

    found = each(range(100), read)
    assert asked == [0]
    assert {why.sentence for why in found.values()} == {"the source is down"}


def test_a_group_that_is_down_leaves_the_others_alone():
    def read(key):
        if key < 50:
            raise down("the first half is down", "wait")
        return key

    found = each(range(100), read, lambda key: key < 50)
    assert all(found[key] == key for key in range(50, 100))


def test_a_mistake_of_ours_is_not_hidden():
    with pytest.raises(ZeroDivisionError):
        each("ab", lambda key: 1 / 0)


def test_a_missing_library_is_told_with_the_command_that_installs_it():
    found = each(["a"], lambda key: library("no_such_library", "vault"))
    assert found["a"].code == "missing-extra"
    assert found["a"].sentence == "the source vault needs a library that is not installed"
    assert found["a"].hint == "pip install 'atlas-reconciler[vault]'"
    assert found["a"].everywhere


@pytest.mark.parametrize(
    ("name", "parts"),
    [("a", ("a", None)), ("a@1", ("a", "1")), ("a@b@2", ("a@b", "2")), ("@x", ("", "x"))],
)
def test_a_version_stands_behind_the_last_at_sign(name, parts):
    assert split_version(name) == parts
