"""Limits of one document, tried from both sides."""

import pytest

from reconciler.desired import build


def nested(levels):
    return "[" * levels + "]" * levels


def test_thirty_two_levels_are_read(value):
    deep = value(nested(32))
    for _ in range(32):
        [deep] = deep or [None]
    assert deep is None


def test_one_level_more_is_refused(refusal):
    problem = refusal(nested(33))
    assert (problem.code, str(problem.at)) == ("too-deep", "state.yaml:1:33")


def test_levels_are_counted_through_aliases(value, refusal):
    assert value(f"- &a {nested(15)}\n- {'[' * 16}*a{']' * 16}\n")
    problem = refusal(f"- &a {nested(15)}\n- {'[' * 17}*a{']' * 17}\n")
    assert (problem.code, str(problem.at)) == ("too-deep", "state.yaml:2:20")


def test_aliases_may_stand_for_ten_thousand_values(value):
    text = f"- &a [{', '.join('x' * 99)}]\n- [{', '.join(['*a'] * 100)}]\n"
    assert len(value(text)[1]) == 100


def test_one_value_more_is_refused(refusal):
    text = f"- &a [{', '.join('x' * 99)}]\n- &b x\n- [{', '.join(['*a'] * 100)}, *b]\n"
    assert refusal(text).code == "alias-expansion"


def test_values_are_counted_as_if_aliases_within_were_written_out(refusal):
    ten = "[" + ", ".join(["*{0}"] * 10) + "]"
    rows = ["- &a 1"] + [f"- &{b} {ten.format(a)}" for a, b in ("ab", "bc", "cd", "de", "ef")]
    problem = refusal("\n".join(rows))
    assert (problem.code, problem.at.line) == ("alias-expansion", 5)


def test_an_anchor_that_is_used_again_is_counted_anew(refusal):
    """What is merged and named anew is gone, and another mapping may get its place in memory."""
    small = "- {<<: &a {x: 1}}\n- {<<: *a}\n" * 50
    large = f"- {{<<: &a {{{', '.join(f'k{n}: 1' for n in range(200))}}}}}\n" + "- *a\n" * 60
    assert refusal(small + large).code == "alias-expansion"


def events(value):
    """Count what a parser tells of a value: each scalar, and where the others begin and end."""
    if isinstance(value, dict):
        return 2 + sum(1 + events(part) for part in value.values())
    if isinstance(value, list):
        return 2 + sum(events(part) for part in value)
    return 1


@pytest.mark.parametrize(
    "text", ["[a, b, c]", "{a: 1, b: 2}", "a: [b, {c: d}, []]", "- {a: 1}\n- [{}]", "[[[[]]]]"]
)
def test_keys_and_values_are_counted_as_the_parser_tells_them(value, refusal, monkeypatch, text):
    told = events(value(text))
    monkeypatch.setattr(build, "MOST_EVENTS", told - 1)
    assert value(text) is not None
    monkeypatch.setattr(build, "MOST_EVENTS", told - 2)
    assert refusal(text).code == "too-large"


@pytest.mark.parametrize(
    "endless", ["[" + "a, " * 1000, "{" + "a: 1, " * 1000, "<<: {}\n" * 1000, "a: 1\n" * 1000]
)
def test_a_long_file_is_refused_before_its_end(refusal, monkeypatch, endless):
    monkeypatch.setattr(build, "MOST_EVENTS", 100)
    assert refusal(endless).code == "too-large"
