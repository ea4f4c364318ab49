"""`{exec: NAME}`: a program that the operator's policy names."""

import sys
from datetime import UTC, datetime

import pytest

from reconciler.core.policy import Policy, Program, Rule
from reconciler.secrets import program

AGAINST = "real programs"

ECHO = """
asked = json.load(sys.stdin)
open("calls", "a").write(json.dumps(asked) + "\\n")
answer = {"value": "s3cret", "version": asked["version"], "createdAt": "2026-10-02T03:04:05Z"}
if asked["key"] == "names": answer = {"value": " ".join(os.environ)}
if asked["key"] == "none": sys.exit(4)
if asked["key"] == "text": print("s3cret"); sys.exit()
if asked["key"] == "list": answer = ["s3cret"]
if asked["key"] == "empty": answer = {}
if asked["key"] == "number": answer = {"value": 5}
print(json.dumps(answer))
"""


def allow(**programs):
    """Make a policy with these programs, of which every project may ask anything."""
    return Policy("policy.yaml", (Rule(("*",), {"exec": ("*",)}),), programs=programs)


@pytest.fixture
def policy(install, monkeypatch):
    """Allow one program, and one that is not there."""
    monkeypatch.setenv("KEY", "for the program")
    payments = Program((str(install("payments", ECHO)), "--prod"), ("KEY",))
    return allow(payments=payments, gone=Program(("/no/such/program",)))


def test_a_program_gives_value_version_and_time(policy, fetched):
    [secret] = fetched("exec", "payments#pager@3", policy=policy)
    assert secret.reveal() == "s3cret"
    assert secret.version == "3"
    assert secret.created == datetime(2026, 10, 2, 3, 4, 5, tzinfo=UTC)


def test_what_is_asked_is_json_on_stdin_and_each_thing_is_asked_once(policy, fetched, tmp_path):
    fetched("exec", "payments", "payments#pager@3", "payments", policy=policy)
    assert sorted((tmp_path / "calls").read_text().splitlines()) == [
        '{"name": "payments", "key": "pager", "version": "3"}',
        '{"name": "payments", "key": null, "version": null}',
    ]


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ("none", "the program payments has no exec:payments#none: it ended with 4"),
        ("text", "the answer for exec:payments#text is not JSON"),
        ("list", "the answer for exec:payments#list has no fields"),
        ("empty", "the answer for exec:payments#empty has no field value"),
        ("number", "the field value of the answer for exec:payments#number is not text"),
    ],
)
def test_an_answer_that_is_none_is_told_without_it(policy, fetched, key, sentence):
    [problem] = fetched("exec", f"payments#{key}", policy=policy)
    assert (problem.code, problem.message) == ("unresolved-secret", sentence)


def test_a_program_gets_the_variables_that_the_policy_names(policy, fetched, monkeypatch):
    monkeypatch.setenv("MONGODB_ATLAS_PRIVATE_API_KEY", "own-credentials")
    [secret] = fetched("exec", "payments#names", policy=policy)
    names = secret.reveal().split()
    assert "KEY" in names
    assert "MONGODB_ATLAS_PRIVATE_API_KEY" not in names


def test_without_a_policy_nothing_is_started():
    answers = program.fetch(["payments#a", "payments#b"])
    [why] = set(answers.values())
    assert (why.code, why.everywhere) == ("policy-missing", True)
    assert why.sentence == "no policy of the operator allows programs that give secrets"
    assert why.hint == "have the operator name payments under `programs` in a policy, for --policy"


def test_a_program_that_the_policy_does_not_name_is_forbidden():
    why = program.fetch(["payment#a"], {"payments": Program(("/bin/true",))})["payment#a"]
    assert why.code == "forbidden-secret"
    assert why.sentence == "the operator's policy names no program payment"
    assert why.hint == 'did you mean "payments"?'


def test_a_program_that_cannot_be_started_is_told_once_and_the_others_go_on(policy, fetched):
    problems = fetched("exec", "gone#a", "gone#b", "payments#none", policy=policy)
    assert [(problem.code, problem.at.line) for problem in problems] == [
        ("missing-program", 2),
        ("unresolved-secret", 6),
    ]


def test_no_shell_reads_what_is_asked(policy, fetched, tmp_path):
    fetched("exec", "payments#$(touch hit); `touch hit`", policy=policy)
    assert not (tmp_path / "hit").exists()


def test_own_credentials_are_not_given_away_by_a_program(fetched, monkeypatch):
    monkeypatch.setenv("MONGODB_ATLAS_PRIVATE_API_KEY", "own-credentials")
    text = "import json; print(json.dumps({'value': 'own-credentials'}))"
    policy = allow(payments=Program((sys.executable, "-c", text)))
    [problem] = fetched("exec", "payments", policy=policy)
    assert problem.code == "forbidden-secret"
