"""Suggestions: the nearest known name, and never at a price."""

from __future__ import annotations

import pytest

from reconciler.core.problem import did_you_mean, quote

KNOWN = ("PAGER_DUTY", "OPS_GENIE", "WEBHOOK")


@pytest.mark.parametrize("written", ["PAGERDUTY", "pager_duty", "Pager-Duty"])
def test_a_misspelt_name_brings_the_nearest_one_to_mind(written):
    assert did_you_mean(written, KNOWN) == 'did you mean "PAGER_DUTY"?'


def test_what_is_near_to_nothing_brings_nothing_to_mind():
    assert did_you_mean("EMAIL", KNOWN) == ""


def test_a_text_that_is_no_name_is_not_even_compared():
    """Comparing takes its length squared; a hostile file may hold one of 16 MiB."""
    assert did_you_mean("PAGER_DUTY" * 11, ["PAGER_DUTY" * 11]) == ""


@pytest.mark.parametrize("name", ["regoin", "route66", "sendUserProvidedResourceTagsEnabledd"])
def test_a_name_is_quoted(name):
    assert quote(name) == f'"{name}"'


@pytest.mark.parametrize("name", ["0a1b2c3d4", "xoxbKd83hfPq0Zm4XvbT", "hunter2hunter2"])
def test_what_may_be_a_secret_in_the_place_of_a_name_is_not(name):
    assert quote(name) == "(not shown, as it may be a secret)"
