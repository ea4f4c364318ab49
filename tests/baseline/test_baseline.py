"""The file of a baseline: what is in it, what is read of it, and what it says of a run."""

import json
import re
from dataclasses import replace

import jsonschema
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from reconciler import baseline, catalogue
from reconciler.core.drift import CHANGED, Difference, Drift, Item, Scope, known, resolved
from reconciler.core.problem import Invalid
from reconciler.core.state import ProjectRef
from reconciler.report.view import safe_text

P = ProjectRef("p", "payments")
MISSING = Drift(P, "p", "DATADOG", "missing")
TOKEN, CHANNEL = Difference("apiToken", "(masked)", "env:A"), Difference("channelName", "a", "b")
BOTH = Drift(P, "p", "SLACK", CHANGED, (TOKEN, CHANNEL))
PLAIN = replace(BOTH, fields=BOTH.fields[1:])
ALL = Scope(frozenset("p"))
ENTRY = '{"project": "p", "type": "A", "kind": "missing", "fields": []}'
texts = st.text(max_size=20)
values = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | texts
differences = st.builds(Difference, texts.filter(bool), values, values)
drifts = st.builds(
    lambda name, id_, type_, fields: Drift(
        ProjectRef(id_, name),
        id_,
        type_,
        CHANGED if fields else "missing",
        tuple(sorted(fields, key=lambda one: one.name)),
    ),
    texts,
    st.from_regex("[a-f0-9]{24}", fullmatch=True),
    texts.filter(bool),
    st.lists(differences, max_size=3, unique_by=lambda one: safe_text(one.name)),
)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "baseline.json"


@settings(phases=[Phase.generate])
@given(st.lists(drifts, max_size=4, unique_by=lambda one: baseline.as_kept(one).key))
def test_what_is_written_is_read_back_and_keeps_to_its_schema(tmp_path_factory, written):
    text = baseline.render(written)
    jsonschema.validate(json.loads(text), catalogue.schema("baseline-v1"))
    file = tmp_path_factory.mktemp("baseline") / "b.json"
    file.write_text(text, encoding="utf-8")
    read = baseline.load(str(file))
    assert sorted(read, key=lambda one: one.key) == sorted(
        map(baseline.as_kept, written), key=lambda one: one.key
    )
    assert baseline.render(read) == text


def test_it_is_sorted_and_has_a_setting_in_lines_of_its_own():
    text = baseline.render([BOTH, MISSING])
    assert text == baseline.render([MISSING, BOTH])
    assert re.findall(r'"type": "(\w+)"', text) == ["DATADOG", "SLACK"]
    assert '          "before": "a",\n          "after": "b"\n' in text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "1:1: wrong-type: the baseline is empty"),
        ("[]", "1:1: wrong-type: the baseline must be a mapping"),
        ('{"format": "reconciler-baseline/1", "drift": [', "2:1: yaml-syntax: "),
        ('{"format": "reconciler/1",\n "drift": []}', "1:2: not-allowed: format must be rec"),
        ('{"drift": []}', "1:1: missing-setting: the baseline needs format"),
        ('{"format": "reconciler-baseline/1"}', "1:1: missing-setting: the baseline needs drift"),
        ("HEAD\n  7]}", "2:3: wrong-type: an entry must be a mapping"),
        ('HEAD\n {"project": "p"}]}', "2:2: missing-setting: an entry needs type"),
        (
            'HEAD\n{"project": "p", "type": "A", "kind": "gone", "fields": []}]}',
            "2:31: not-allowed: kind must be one of missing, changed, unwanted",
        ),
        (
            'HEAD\n{"project": "p", "type": "A", "kind": "changed", "fields": []}]}',
            "2:1: bad-entry: fields belong to what is changed, and to nothing else",
        ),
        (
            'HEAD\n{"project":"p","type":"A","kind":"changed","fields":[\n{"name":"x","before":[],"after":1}]}]}',
            "3:1: wrong-type: before and after must be plain values",
        ),
        (
            f"HEAD\n{ENTRY},\n{ENTRY}]}}",
            "3:1: duplicate-entry: A of this project stands here a second time",
        ),
        ('{"format": "reconciler-baseline/1", "drift": [], "drift": []}', "1:50: duplicate-key"),
    ],
)
def test_what_is_no_baseline_is_told_with_its_place(file, text, told):
    file.write_text(text.replace("HEAD", '{"format": "reconciler-baseline/1", "drift": ['))
    with pytest.raises(Invalid) as caught:
        baseline.load(str(file))
    lines = [f"{one.at}: {one.code}: {one.message}" for one in caught.value.problems]
    assert any(line.startswith(f"{file}:{told}") for line in lines), lines
    assert all(problem.hint for problem in caught.value.problems)


def test_one_that_is_missing_is_an_error_unless_it_is_to_be_written(file):
    with pytest.raises(Invalid) as caught:
        baseline.load(str(file))
    assert [problem.code for problem in caught.value.problems] == ["unreadable-file"]
    assert baseline.load(str(file), may_be_missing=True) == []


def test_only_what_is_the_same_to_the_value_is_known():
    other = replace(PLAIN, fields=(Difference("channelName", "a", "c"),))
    assert known([PLAIN, MISSING], [PLAIN, MISSING], ALL) == {PLAIN.key, MISSING.key}
    for found in (other, BOTH, replace(PLAIN, kind="missing", fields=())):
        assert known([PLAIN], [found], ALL) == frozenset()
        assert resolved([PLAIN], [found], ALL) == [PLAIN]


def test_a_renamed_project_is_known():
    assert known([PLAIN], [replace(PLAIN, project=ProjectRef("p", "new"))], ALL) == {PLAIN.key}


@pytest.mark.parametrize(
    "scope", [Scope(), Scope(frozenset("q")), Scope(frozenset("p"), frozenset({"WEBHOOK"}))]
)
def test_what_was_not_looked_at_is_not_resolved(scope):
    assert resolved([PLAIN, MISSING], [], scope) == []
    assert resolved([PLAIN, MISSING], [], ALL) == [PLAIN, MISSING]


@pytest.mark.parametrize(
    "scope",
    [
        replace(ALL, blind=frozenset({("SLACK", "apiToken")})),
        replace(ALL, ignored=frozenset({Item("p", "SLACK", CHANGED, "apiToken")})),
    ],
)
def test_a_setting_that_could_not_be_seen_is_neither_missed_nor_resolved(scope):
    assert known([BOTH], [PLAIN], scope) == {BOTH.key}
    assert resolved([BOTH], [PLAIN], scope) == []
    secret_alone = replace(BOTH, fields=BOTH.fields[:1])
    assert resolved([secret_alone], [], scope) == []
    assert resolved([BOTH], [], scope) == [BOTH]


def test_what_is_ignored_as_a_whole_is_not_resolved():
    scope = replace(ALL, ignored=frozenset({Item("p", "DATADOG", "missing", "")}))
    assert resolved([MISSING], [], scope) == []
