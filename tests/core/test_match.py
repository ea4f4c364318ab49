"""Declared projects and the ones that the API lists."""

import pytest

from reconciler.core.match import match, may_be_selected, select
from reconciler.core.problem import Invalid
from reconciler.core.state import Desired, ProjectRef

LISTED = [
    ProjectRef("1" * 24, "payments-prod"),
    ProjectRef("2" * 24, "search"),
    ProjectRef("3" * 24, "twin", "a" * 24),
    ProjectRef("4" * 24, "twin", "b" * 24),
]


@pytest.fixture
def refs(build):
    def ask(*declared, patterns=()):
        projects = tuple(build.project(ref=ProjectRef(*ref)) for ref in declared)
        found = match(Desired("atlas", projects), LISTED)
        return [(p.ref.id[0], p.ref.name) for p in select(found, patterns)]

    return ask


def test_ids_and_names_are_completed_and_sorted_by_id(refs):
    assert refs((None, "search"), ("1" * 24, None)) == [("1", "payments-prod"), ("2", "search")]


def test_an_id_that_is_not_listed_is_left_for_the_read_to_explain(refs):
    assert refs(("9" * 24, "gone")) == [("9", "gone")]
    assert refs(("9" * 24, "search")) == [("9", "search")]


@pytest.mark.parametrize(
    ("declared", "code", "words"),
    [
        ([(None, "serch")], "unknown-project", 'did you mean "search"?'),
        (
            [(None, "twin")],
            "ambiguous-project",
            f"{'3' * 24} (organization {'a' * 24}), {'4' * 24} (organization {'b' * 24})",
        ),
        ([("2" * 24, "sarch")], "project-mismatch", "is called search, not sarch"),
        ([("2" * 24, "sarch")], "project-mismatch", "`name: search`, or the id of sarch"),
        ([("2" * 24, "twin")], "project-mismatch", f"the id of twin: {'3' * 24} (organization a"),
        ([("2" * 24, "Search")], "project-mismatch", "is called search, not Search"),
        ([(None, "Search")], "unknown-project", 'did you mean "search"?'),
        ([("2" * 24, None), (None, "search")], "duplicate-project", "declared a second time"),
    ],
)
def test_a_project_that_cannot_be_right_is_refused(refs, declared, code, words):
    with pytest.raises(Invalid) as error:
        refs(*declared)
    (problem,) = error.value.problems
    assert problem.code == code
    assert words in f"{problem.message} {problem.hint}"


@pytest.mark.parametrize(
    ("patterns", "ids"),
    [
        (["search"], "2"),
        (["1" * 24], "1"),
        (["pay*"], "1"),
        (["*"], "12"),
        (["search", "payments-prod"], "12"),
    ],
)
def test_projects_are_selected_by_id_name_or_glob(refs, patterns, ids):
    chosen = refs((None, "search"), (None, "payments-prod"), patterns=patterns)
    assert "".join(id_ for id_, _ in chosen) == ids


def test_every_project_that_cannot_be_right_is_told_at_once(refs):
    with pytest.raises(Invalid) as error:
        refs((None, "serch"), (None, "twin"), ("2" * 24, "sarch"))
    assert len(error.value.problems) == 3


def test_a_name_that_is_ambiguous_is_settled_by_its_id(refs):
    assert refs(("3" * 24, "twin"), ("4" * 24, "twin")) == [("3", "twin"), ("4", "twin")]


def test_a_pattern_that_names_no_declared_project_is_refused(refs):
    with pytest.raises(Invalid) as error:
        refs((None, "search"), patterns=["twin"])
    assert error.value.problems[0].code == "unknown-project"


@pytest.mark.parametrize(
    ("declared", "patterns", "expected"),
    [
        (("1" * 24, "payments"), (), True),
        (("1" * 24, "payments"), ("payments",), True),
        (("1" * 24, "payments"), ("pay*",), True),
        (("1" * 24, "payments"), ("1" * 24,), True),
        (("1" * 24, "payments"), ("search", "2" * 24, "s*"), False),
        (("1" * 24, "[odd]"), ("[odd]",), True),
        ((None, "payments"), ("payments",), True),
        ((None, "payments"), ("search",), False),
        ((None, "payments"), ("2" * 24,), True),  # it may be its id
        ((None, "payments"), ("2*",), True),
        (("1" * 24, None), ("search",), True),  # it may be its name
        (("1" * 24, None), ("2" * 24,), True),
    ],
)
def test_what_is_not_declared_of_a_project_may_be_anything(declared, patterns, expected):
    assert may_be_selected(ProjectRef(*declared), patterns) is expected


@pytest.mark.parametrize("patterns", [("payments-prod",), ("1*",), ("*n",), ("2" * 24, "search")])
def test_nothing_that_is_selected_was_thought_impossible(build, patterns):
    declared = [(ref.id, None) for ref in LISTED] + [(None, ref.name) for ref in LISTED[:2]]
    for one in declared:
        project = build.project(ref=ProjectRef(*one))
        found = match(Desired("atlas", (project,)), LISTED)
        try:
            selected = bool(select(found, patterns))
        except Invalid:
            selected = False
        assert may_be_selected(project.ref, patterns) or not selected
