"""Promises of the reader, tried on whatever chance comes up with."""

import copy
import random
from collections import Counter

import pytest
import yaml
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from reconciler.core.problem import Invalid
from reconciler.desired import build, load
from reconciler.desired.document import Document, read
from reconciler.desired.syntax import Unreadable

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["", " ", "~", "null", "True", "no", "0123", "7", "+7", "1e10", "9" * 24, "<<", "- a", "a: b"]
)
SCALARS = st.none() | st.booleans() | st.integers(-(10**18) + 1, 10**18 - 1) | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda parts: st.lists(parts, max_size=5) | st.dictionaries(TEXTS, parts, max_size=5),
    max_leaves=20,
)
STYLES = st.fixed_dictionaries(
    {
        "default_flow_style": st.sampled_from([True, False, None]),
        "width": st.sampled_from([5, 80, 10**6]),
        "line_break": st.sampled_from(["\n", "\r\n", "\r"]),
        "explicit_start": st.booleans(),
        "indent": st.sampled_from([2, 7]),
    }
)
YAMLISH = st.text("[]{}:,-?&*!|>'\"%@` \n\r\t#\\<~.ab01", max_size=60)


class Quoting(yaml.SafeDumper):
    """Puts every text between double quotes."""


Quoting.add_representer(
    str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
)


@pytest.fixture(params=["CSafeLoader", "SafeLoader"])
def parser(request, monkeypatch):
    """Read with libyaml, and with the parser that PyYAML falls back to."""
    monkeypatch.setattr(build, "_PARSER", getattr(yaml, request.param))


def levels(value):
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(levels, parts), default=0)


def same(one, other):
    """Compare with types: True is not 1 here."""
    return repr(one) == repr(other)


@pytest.mark.parametrize("dumper", [yaml.SafeDumper, Quoting])
def test_what_was_written_is_read_back(parser, dumper):
    @given(VALUES, STYLES)
    def read_back(value, style):
        assume(levels(value) <= 32)
        style["width"] = 10**6  # PyYAML writes some escapes wrongly where it breaks a line
        text = yaml.dump(value, Dumper=dumper, sort_keys=False, **style)
        assert same(read("f", text.encode()).value, value)

    read_back()


def positions(document: Document, value):
    """Give each key, or None for an item, with its line and column from 0."""
    if isinstance(value, dict | list):
        marks = document.marks(value)
        keys = list(value) if isinstance(value, dict) else [None] * len(value)
        parts = value.values() if isinstance(value, dict) else value
        for key, part, mark in zip(keys, parts, marks, strict=True):
            yield key, mark >> 24, mark & 0xFFFFFF
            yield from positions(document, part)


@given(st.lists(VALUES), STYLES)
def test_every_key_is_where_its_text_is(value, style):
    text = yaml.dump(value, Dumper=Quoting, sort_keys=False, allow_unicode=False, **style)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for key, line, column in positions(document := read("f", text.encode()), document.value):
        if key is not None and key.isascii() and key.isalnum() and style["width"] > 80:
            assert lines[line][column:].startswith(f'"{key}"')
        elif key is not None:
            assert lines[line][column] == '"'


def node_places(node):
    """Give the same as another parser tells it."""
    if isinstance(node, yaml.MappingNode):
        for key, part in node.value:
            yield key.value, key.start_mark.line, key.start_mark.column
            yield from node_places(part)
    elif isinstance(node, yaml.SequenceNode):
        for part in node.value:
            yield None, part.start_mark.line, part.start_mark.column
            yield from node_places(part)


@given(VALUES, STYLES)
def test_another_parser_sees_every_key_and_item_in_the_same_place(value, style):
    text = yaml.dump(value, Dumper=yaml.SafeDumper, sort_keys=False, **style)
    document = read("f", text.encode())
    expected = node_places(yaml.compose(text, yaml.SafeLoader))
    assert list(positions(document, document.value)) == list(expected)


def is_read_or_refused(content):
    try:
        return isinstance(read("f", content), Document)
    except Unreadable as error:
        return error.problem.at.file == "f" and error.problem.hint != ""


def test_whatever_the_text_it_is_read_or_refused(parser):
    @settings(max_examples=500)
    @given(st.text() | YAMLISH)
    @example("\ufffe")
    @example('"\\UFFFFFFFF"')
    @example('"\\ud800"')
    @example("%YAML " + "9" * 5000 + ".1\n--- a\n")
    def read_or_refuse(text):
        assert is_read_or_refused(text.encode("utf-8", "surrogatepass"))

    read_or_refuse()


@given(st.binary())
@example(b"\xff\xfe")
@example(b"\xef\xbb\xbf")
@example(b"\xef\xbb")
def test_whatever_the_bytes_they_are_read_or_refused(content):
    assert is_read_or_refused(content)


IDS = ["5d791c84ff7a2522cc4f9aa1", "5d791c84ff7a2522cc4f9aa2", "5D791C", None]
NAMES = ["payments", "billing", "", None]
INTEGRATIONS = [
    {"type": "PAGER_DUTY", "serviceKey": {"env": "PD_KEY"}},
    {"type": "PAGER_DUTY", "ensure": "absent"},
    {"type": "PAGER_DUTY", "serviceKey": "0123", "regoin": "US"},
    {"type": "FLOWDOCK"},
    {"type": "PIGEON"},
    {},
    "SLACK",
    {"type": "WEBHOOK", "url": "http://hooks.example.com"},
]


@st.composite
def projects(draw):
    project = {"id": draw(st.sampled_from(IDS)), "name": draw(st.sampled_from(NAMES))}
    items = draw(st.lists(st.sampled_from(INTEGRATIONS), max_size=3))
    return {
        **{key: text for key, text in project.items() if text is not None},
        "integrations": items,
    }


FILES = st.lists(
    st.fixed_dictionaries(
        {
            "version": st.sampled_from([1, 1, 1, 2]),
            "api": st.sampled_from(["atlas", "atlas", "cloud-manager", "pigeon"]),
            "projects": st.lists(projects(), max_size=5),
        }
    ),
    min_size=1,
    max_size=4,
)


@pytest.fixture(scope="module")
def problems_of(tmp_path_factory):
    folder = tmp_path_factory.mktemp("desired")

    def problems(files, order=None):
        paths = [folder / f"{number}.yaml" for number in range(len(files))]
        for path, file in zip(paths, files, strict=True):
            path.write_text(yaml.dump(file, Dumper=Quoting, sort_keys=False))
        try:
            _, told = load([str(paths[number]) for number in order or range(len(files))])
        except Invalid as invalid:
            told = invalid.problems
        return told

    return problems


@settings(max_examples=150)
@given(FILES, st.randoms(use_true_random=False))
def test_the_order_of_the_files_does_not_matter(problems_of, files, chance):
    order = chance.sample(range(len(files)), len(files))
    assert problems_of(files) == problems_of(files, order)


@settings(max_examples=150)
@given(FILES, st.randoms(use_true_random=False))
def test_the_order_of_the_projects_does_not_matter(problems_of, files, chance):
    """It moves places, and which of two is told of; the rest is the same."""
    moved = copy.deepcopy(files)
    for file in moved:
        chance.shuffle(file["projects"])

    def told(files):
        return Counter((problem.code, problem.message) for problem in problems_of(files))

    assert told(files) == told(moved)


def test_problems_come_in_the_order_of_their_places(problems_of):
    chance = random.Random(0)
    items = [chance.choice(INTEGRATIONS) for _ in range(50)]
    one = {"version": 2, "projects": [{"integrations": items}]}
    places = [problem.at for problem in problems_of([one, one])]
    assert places == sorted(places)
    assert len(places) > 40
