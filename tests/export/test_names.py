"""How the variables are called that secrets are to be put into."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.state import ProjectRef
from reconciler.export.declare import Declaration, Declared, Setting
from reconciler.export.names import variables

A, B, C = (f"{number}d791c84ff7a2522cc4f9aa1" for number in "123")


def project(id_, name, **types):
    integrations = tuple(
        Declared(type_, tuple(Setting(name, None, shown=True) for name in names.split()), ())
        for type_, names in types.items()
    )
    return Declaration(ProjectRef(id_, name), integrations, ())


def names(*projects):
    return list(variables(projects).values())


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("payments-prod", "PAYMENTS_PROD_OPS_GENIE_API_KEY"),
        ("My (old) project: x", "MY_OLD_PROJECT_X_OPS_GENIE_API_KEY"),
        ("Zürich Straße", "ZURICH_STRASSE_OPS_GENIE_API_KEY"),
        ("2024-budget", "PROJECT_2024_BUDGET_OPS_GENIE_API_KEY"),
        ("日本語", f"PROJECT_{A.upper()}_OPS_GENIE_API_KEY"),
        (None, f"PROJECT_{A.upper()}_OPS_GENIE_API_KEY"),
        ("_x_", "X_OPS_GENIE_API_KEY"),
        ("aws", "PROJECT_AWS_OPS_GENIE_API_KEY"),
    ],
)
def test_a_variable_is_named_by_project_type_and_setting(name, variable):
    assert names(project(A, name, OPS_GENIE="apiKey")) == [variable]


def test_a_setting_that_names_its_type_does_so_once():
    teams = project(A, "pay", MICROSOFT_TEAMS="microsoftTeamsWebhookUrl")
    assert names(teams) == ["PAY_MICROSOFT_TEAMS_WEBHOOK_URL"]


def test_where_two_meet_all_names_of_both_projects_carry_the_id():
    found = names(
        project(A, "pay-prod", SLACK="apiToken", OPS_GENIE="apiKey"),
        project(B, "pay.prod", SLACK="apiToken"),
        project(C, "search", SLACK="apiToken"),
    )
    assert found == [
        f"PAY_PROD_{A.upper()}_SLACK_API_TOKEN",
        f"PAY_PROD_{A.upper()}_OPS_GENIE_API_KEY",
        f"PAY_PROD_{B.upper()}_SLACK_API_TOKEN",
        "SEARCH_SLACK_API_TOKEN",
    ]


def test_names_that_do_not_meet_stay_short():
    found = names(project(A, "pay-prod", SLACK="apiToken"), project(B, "pay.prod", WEBHOOK="url"))
    assert found == ["PAY_PROD_SLACK_API_TOKEN", "PAY_PROD_WEBHOOK_URL"]


def test_a_type_at_the_end_of_a_name_can_make_two_meet():
    found = names(
        project(A, "x", MICROSOFT_TEAMS="microsoftTeamsWebhookUrl"),
        project(B, "x microsoft teams", WEBHOOK="url"),
    )
    assert len(set(found)) == 2


def test_a_name_that_looks_like_one_with_an_id_gets_its_own():
    found = names(
        project(A, "pay", SLACK="apiToken"),
        project(B, "Pay", SLACK="apiToken"),
        project(C, f"pay {A}", SLACK="apiToken"),
    )
    assert len(set(found)) == 3


WORDS = st.sampled_from(["x", "X", "x-", "microsoft", "teams", "日", "1", A, B, " ", ""])
PROJECTS = st.lists(st.lists(WORDS, max_size=4).map("-".join), min_size=2, max_size=6)


@given(PROJECTS, st.randoms(use_true_random=False))
def test_names_are_valid_unique_and_the_same_in_any_order(called, chance):
    types = {"MICROSOFT_TEAMS": "microsoftTeamsWebhookUrl", "WEBHOOK": "url secret"}
    projects = [
        project(f"{number}d791c84ff7a2522cc4f9aa1", name, **types)
        for number, name in enumerate(called, start=1)
    ]
    found = variables(projects)
    assert len(set(found.values())) == 3 * len(projects)
    assert all(re.fullmatch("[A-Z_][A-Z0-9_]*", name) for name in found.values())
    chance.shuffle(projects)
    assert variables(projects) == found
