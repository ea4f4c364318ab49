"""Anchors, merges, places, and what is YAML but not taken."""

import pytest

from reconciler.desired.document import read
from reconciler.desired.syntax import Unreadable


def places(text):
    """Give line and column of every key and item, in the order of the text."""
    document = read("f", text.encode() if isinstance(text, str) else text)
    found = []

    def walk(value):
        if isinstance(value, dict | list):
            marks = document.marks(value)
            parts = value.values() if isinstance(value, dict) else value
            for part, mark in zip(parts, marks, strict=True):
                found.append((mark >> 24, mark & 0xFFFFFF))
                walk(part)

    walk(document.value)
    return [(line + 1, column + 1) for line, column in found]


def test_a_key_and_an_item_are_where_they_begin():
    assert places("a: 1\nb:\n  - c: 2\n  -   d\n") == [(1, 1), (2, 1), (3, 5), (3, 5), (4, 7)]


def test_line_ends_of_windows_count_once():
    assert places("a: 1\r\nb:\r\n  c: 2\r\n") == [(1, 1), (2, 1), (3, 3)]


def test_a_byte_order_mark_takes_no_column():
    assert places("\ufeffa: 1\n") == [(1, 1)]


def test_columns_count_characters_and_not_bytes():
    assert places('{"Zürich": 1, "🏔": 2, e: 3}') == [(1, 2), (1, 15), (1, 23)]


def test_a_tab_is_one_column():
    assert places("[\ta,\t\tb]") == [(1, 3), (1, 7)]


def test_a_value_over_several_lines_is_where_it_begins():
    assert places('- "a\n\n  b"\n- >\n  c\n\n- d\n') == [(1, 3), (4, 3), (7, 3)]


def test_a_quoted_key_is_at_its_quote():
    assert places("'a': 1\n\"b\": 2\n") == [(1, 1), (2, 1)]


def test_what_is_shared_is_where_it_is_written():
    assert places("- &a {x: 1}\n- *a\n") == [(1, 3), (1, 7), (2, 3), (1, 7)]


def test_a_merged_key_is_where_it_is_written():
    assert places("- &a {x: 1, y: 2}\n- <<: *a\n  y: 3\n") == [
        *((1, 3), (1, 7), (1, 13)),
        *((2, 3), (3, 3), (1, 7)),
    ]


def test_an_alias_stands_for_its_anchor(value):
    assert value("- &a {x: [1]}\n- *a\n") == [{"x": [1]}, {"x": [1]}]


def test_an_alias_may_stand_for_a_scalar_or_a_key(value):
    assert value("- &a true\n- &b x\n- {&c k: 1}\n- [*a, *b, *c]\n")[3] == [True, "x", "k"]


def test_an_alias_means_the_last_anchor_before_it(value):
    assert value("- &a 1\n- *a\n- &a 2\n- *a\n") == [1, 1, 2, 2]


def test_a_merge_adds_what_is_not_there(value):
    assert value("- &a {x: 1, y: 2}\n- {y: 3, <<: *a}\n")[1] == {"y": 3, "x": 1}


def test_of_several_mappings_merged_the_first_wins(value):
    text = "- &a {x: 1}\n- &b {x: 2, y: 2}\n- {<<: [*a, *b]}\n"
    assert value(text)[2] == {"x": 1, "y": 2}


def test_what_was_merged_is_merged_on(value):
    assert value("- &a {x: 1}\n- &b {<<: *a, y: 2}\n- {<<: *b}\n")[2] == {"y": 2, "x": 1}


def test_a_mapping_may_be_merged_where_it_stands(value):
    assert value("<<: {x: 1}\ny: 2\n") == {"y": 2, "x": 1}


def test_a_quoted_merge_key_is_a_key(value):
    assert value('"<<": {x: 1}\n') == {"<<": {"x": 1}}


def test_merging_leaves_what_is_merged_as_it_was(value):
    assert value("- &a {x: 1}\n- {<<: *a, y: 2}\n")[0] == {"x": 1}


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing\n", "---\n", "---\n...\n", "~\n"])
def test_what_holds_nothing_is_null(value, text):
    assert value(text) is None


@pytest.mark.parametrize(
    "text", ["%YAML 1.2\n---\na: 1\n", "%YAML 1.1\n---\na: 1\n", "a: 1\n...\n"]
)
def test_one_document_may_be_marked_as_such(value, text):
    assert value(text) == {"a": 1}


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("a: 1\nb: 2\na: 3\n", ["3:1", "1:1"]),
        ("{a: 1, a: 2}", ["1:8", "1:2"]),
        ("a: {b: 1, 'b': 2}", ["1:11", "1:5"]),
        ("1: a\n'1': b\n", ["2:1", "1:1"]),
        ("<<: {a: 1}\n<<: {b: 1}\n", ["2:1", "1:1"]),
    ],
)
def test_a_key_that_stands_twice_is_told_with_both_places(text, places):
    [problem] = read("f", text.encode()).problems
    assert problem.code == "duplicate-key"
    assert [f"f:{place}" for place in places] == [str(problem.at), problem.hint.split(";")[0][20:]]


def test_every_key_that_stands_too_often_is_told():
    document = read("f", b"a: 1\na: 2\nb: {c: 1, c: 2}\na: 3\n")
    assert sorted(str(problem.at) for problem in document.problems) == ["f:2:1", "f:3:11", "f:4:1"]
    assert document.value == {"a": 1, "b": {"c": 1}}


def test_a_key_that_is_also_merged_does_not_stand_twice():
    assert read("f", b"- &a {x: 1}\n- {<<: *a, x: 2}\n").problems == []


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("a: !!str 1", "tag", "1:4"),
        ("a: !x {}", "tag", "1:4"),
        ("a: ! 1", "tag", "1:4"),
        ("a: ! '1'", "tag", "1:4"),
        ("!!str a: 1", "tag", "1:1"),
        ("- !!set {a}", "tag", "1:3"),
        ("a: *b", "unknown-alias", "1:4"),
        ("&a [*a]", "unknown-alias", "1:5"),
        ("&a {b: {<<: *a}}", "unknown-alias", "1:13"),
        ("a: 1\n--- \nb: 2", "several-documents", "2:1"),
        ("a: 1\n---\n", "several-documents", "2:1"),
        ("{[a]: 1}", "bad-key", "1:2"),
        ("? {a: b}\n: 1", "bad-key", "1:3"),
        ("- &a x\n- {*a : 1}", "bad-key", "2:4"),
        ("<<: 1", "bad-merge", "1:1"),
        ("<<:", "bad-merge", "1:1"),
        ("<<: [{a: 1}, 2]", "bad-merge", "1:1"),
        ("a: ]", "yaml-syntax", "1:4"),
        ('a: "\\q"', "yaml-syntax", "1:5"),
        ('a: "\\ud800"', "yaml-syntax", "1:7"),
        ('a: "\\UFFFFFFFF"', "yaml-syntax", "1:7"),
    ],
)
def test_what_is_not_taken_is_told_with_its_place(refusal, text, code, place):
    problem = refusal(text)
    assert (problem.code, str(problem.at)) == (code, f"state.yaml:{place}")
    assert problem.message
    assert problem.hint


FORBIDDEN = [
    *(chr(code) for code in range(0x20) if chr(code) not in "\t\n\r"),
    *(chr(code) for code in range(0x7F, 0xA0)),
    *"\u061c\u200e\u200f\u2028\u2029\ufeff\ufffe\uffff",
    *(chr(code) for code in [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]),
]


@pytest.mark.parametrize("character", FORBIDDEN, ids=lambda character: f"U+{ord(character):04X}")
def test_a_character_that_misleads_is_refused(refusal, character):
    problem = refusal(f"# Zürich\r\na: ü{character}\n")
    assert (problem.code, str(problem.at)) == ("control-character", "state.yaml:2:5")
    assert f"U+{ord(character):04X}" in problem.message


@pytest.mark.parametrize("character", FORBIDDEN, ids=lambda character: f"U+{ord(character):04X}")
def test_a_character_that_misleads_may_be_written_as_an_escape(value, character):
    assert value(f'a: "\\u{ord(character):04x}"')["a"] == character


@pytest.mark.parametrize("text", ["Zürich", "🏔", "日本語", "a\u200db", "e\u0301", "\u00a0"])
def test_other_characters_are_taken(value, text):
    assert value(f'a: "{text}"')["a"] == text


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"a: \xe9", "1:4"),
        ("# Zürich\r\nä: ".encode() + b"\xc3\x28", "2:4"),
        (b"\xef\xbb\xbfa: \xff", "1:4"),
        (b"a: \xed\xa0\x80", "1:4"),
        (b"a: \xc0\x80", "1:4"),
        ("a: 1".encode("utf-16"), "1:1"),
    ],
)
def test_what_is_not_utf_8_is_refused_where_it_begins(refusal, content, place):
    problem = refusal(content)
    assert (problem.code, str(problem.at)) == ("not-utf-8", f"state.yaml:{place}")


@pytest.mark.parametrize(
    "text",
    ["a: *S3cret!", "a: !S3cret", "a: !S3cret!x", 'a: "S3cret', "a: {S3cret", "a: &S3cret *S3cret"],
)
def test_what_is_refused_is_not_quoted(refusal, text):
    problem = refusal(text)
    assert "S3cret" not in problem.message + problem.hint


def test_an_error_of_the_parser_does_not_travel_on():
    """It would quote the file's text in a traceback."""
    with pytest.raises(Unreadable) as refused:
        read("f", b'a: "S3cret')
    assert (refused.value.__context__, refused.value.__cause__) == (None, None)


def test_an_error_of_the_decoder_does_not_travel_on():
    """It keeps the file's content."""
    with pytest.raises(Unreadable) as refused:
        read("f", b"a: S3cret\xff")
    assert (refused.value.__context__, refused.value.__cause__) == (None, None)
