"""Every text comes back as it was, from our own reader and from others."""

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from reconciler.desired.document import read
from reconciler.export.scalars import scalar

LOOK_ALIKES = [
    "on", "yes", "y", "N", "true", "False", "null", "~", "", "1", "-0", "1e3", "1E-3", "12e03",
    ".5", "1.", "0o17", "0x1F", ".inf", ".NaN", "1_000", "12:30:00", "2024-01-01", "=", "<<",
    "123456789012345678901234", "123456789012345678901e23", "a: b", "a:", "a #b", "#a", "- a",
    "-", "?", "!x", "&a", "*a", "%a", "@a", "`a", "{a}", "[a]", "a, b", "'", '"', "it's", " a ",
    "a\nb", "a\tb", "\u202eabc", "\ufeff", "\u2028", "\x07", "\x85", "\u00ad", "\\", "日本語",
    "🙂", "e\u0301", "\ufffe", "---", "...", "|", ">",
]  # fmt: skip


def reads_back(text):
    return read("x", f"key: {scalar(text)}\n".encode()).value["key"]


@pytest.mark.parametrize("text", LOOK_ALIKES)
def test_a_text_that_looks_like_something_else_stays_a_text(text):
    assert reads_back(text) == text
    assert yaml.safe_load(f"key: {scalar(text)}") == {"key": text}
    assert scalar(text).isprintable()


@pytest.mark.parametrize("text", ["y", "N", "1e3", "12e03", "0o17", "123456789012345678901e23"])
def test_what_another_reader_takes_for_a_number_or_a_boolean_is_quoted(text):
    assert scalar(text) == f"'{text}'"


@pytest.mark.parametrize("text", ["payments-prod", "日本語", "http", "it's", "prod (old)", "1e3x"])
def test_plain_texts_stay_plain(text):
    assert scalar(text) == text


def test_booleans_and_numbers_are_written_as_such():
    assert [scalar(True), scalar(1), scalar(False)] == ["true", "1", "false"]


@given(st.text())
def test_any_text_comes_back(text):
    assert reads_back(text) == text


@given(st.text())
def test_a_comment_stays_on_its_line(text):
    assert read("x", f"# {scalar(text)}\nkey: 1\n".encode()).value == {"key": 1}


def test_a_half_of_a_character_can_be_shown_in_a_comment():
    assert json.loads(scalar("\ud800")) == "\ud800"
