"""Which project may refer to which secret."""

import pytest

from reconciler.core.policy import NO_POLICY, Policy, Program, Rule, refusal
from reconciler.core.secret import Reference
from reconciler.core.state import ProjectRef

ID, OTHER_ID = "5d791c84ff7a2522cc4f9aa1", "5d791c84ff7a2522cc4f9aa2"
PAYMENTS = ProjectRef(ID, "payments-prod")


def policy(*rules, **programs):
    return Policy(
        "policy.yaml",
        tuple(Rule(tuple(projects), names) for projects, names in rules),
        programs={name: Program((path,)) for name, path in programs.items()},
    )


def code(policy, source, name, project=PAYMENTS):
    refused = refusal(policy, project, Reference(source, name))
    return refused and refused.code


def hint(policy, source, name, project=PAYMENTS):
    return refusal(policy, project, Reference(source, name)).hint


@pytest.mark.parametrize(
    ("project", "pattern"),
    [
        (PAYMENTS, "payments-*"),
        (PAYMENTS, "payments-prod"),
        (PAYMENTS, ID),
        (PAYMENTS, "5d79*"),
        (PAYMENTS, "*"),
        (ProjectRef(None, "payments-prod"), "payments-*"),
        (ProjectRef(ID, None), ID),
    ],
)
def test_a_rule_is_for_the_projects_that_it_names(project, pattern):
    assert code(policy(([pattern], {"env": ("A_*",)})), "env", "A_1", project) is None


@pytest.mark.parametrize(
    ("project", "pattern"),
    [
        (PAYMENTS, "payments"),
        (PAYMENTS, "Payments-*"),
        (PAYMENTS, OTHER_ID),
        (ProjectRef(ID, None), "payments-*"),
        (ProjectRef(None, ID), ID),  # called so, which anybody can do with a project of theirs
        (ProjectRef(OTHER_ID, ID), ID),
    ],
)
def test_and_for_no_other(project, pattern):
    made = policy(([pattern], {"env": ("A_*",)}))
    assert code(made, "env", "A_1", project) == "secret-not-allowed"
    assert "no rule of policy.yaml is for this project" in hint(made, "env", "A_1", project)


@pytest.mark.parametrize(
    ("source", "name", "allowed"),
    [
        ("env", "A_1", True),
        ("env", "B_1", False),
        ("env", "XA_1", False),
        ("vault", "A_1", False),
        ("vault", "kv/prod/a/b#c", True),
        ("vault", "kv/dev/a#c", False),
        ("vault", "kv/prod/../dev/a#c", False),
        ("vault", "kv/prod/%2e%2e/dev/a#c", False),
        ("vault", "kv/prod/a#..", True),
        ("file", "/run/secrets/a", True),
        ("file", "/run/secrets/../a", False),
    ],
)
def test_what_no_rule_allows_is_refused(source, name, allowed):
    rules = (
        (["*"], {"env": ("A_*",), "vault": ("kv/prod/*",)}),
        ([ID], {"file": ("/run/secrets/*",)}),
    )
    assert (code(policy(*rules), source, name) is None) == allowed


def test_without_a_policy_all_may_be_used_that_is_not_forbidden():
    assert code(NO_POLICY, "env", "ANY") is None
    assert code(NO_POLICY, "file", "../any") is None
    assert code(NO_POLICY, "env", "GITHUB_TOKEN") == "forbidden-secret"
    assert code(NO_POLICY, "file", "/proc/self/environ") == "forbidden-secret"


def test_a_forbidden_name_is_allowed_in_full_and_never_by_a_glob():
    assert code(policy((["*"], {"env": ("*",)})), "env", "GITHUB_TOKEN") == "forbidden-secret"
    assert code(policy((["*"], {"env": ("GITHUB_TOKEN",)})), "env", "GITHUB_TOKEN") is None
    elsewhere = policy((["search"], {"env": ("GITHUB_TOKEN",)}))
    assert code(elsewhere, "env", "GITHUB_TOKEN") == "forbidden-secret"


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("env", "MONGODB_ATLAS_PRIVATE_API_KEY"),
        ("file", "/proc/self/environ"),
        ("env", "RECONCILER_X"),
    ],
)
def test_the_tools_own_credentials_are_allowed_by_nobody(source, name):
    assert code(policy((["*"], {source: (name, "*")})), source, name) == "forbidden-secret"


def test_a_program_has_to_be_named_by_the_policy_and_allowed_to_the_project():
    rule = (["*"], {"exec": ("pay*",)})
    assert code(NO_POLICY, "exec", "pay") == "secret-not-allowed"
    assert code(policy(rule), "exec", "pay") == "secret-not-allowed"
    assert code(policy(pay="/bin/true"), "exec", "pay") == "secret-not-allowed"
    assert code(policy(rule, pay="/bin/true"), "exec", "pay") is None
    assert code(policy(rule, pay="/bin/true"), "exec", "pay#key@2") is None
    assert hint(policy(rule, payments="/bin/true"), "exec", "payment") == 'did you mean "payments"?'


def test_the_hint_says_what_would_be_allowed():
    made = policy((["*"], {"env": ("A_*", "B_*"), "file": ("/run/*",)}))
    assert hint(made, "env", "C") == "policy.yaml allows env A_*, B_*"
    assert hint(made, "vault", "kv/a#b") == "policy.yaml allows env, file here, and no vault"
