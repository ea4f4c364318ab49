"""Suggestions: the nearest known name, and never at a price."""

from __future__ import annotations

import pytest

from reconciler.core.problem import did_you_mean

KNOWN = ("PAGER_DUTY", "OPS_GENIE", "WEBHOOK")


@pytest.mark.parametrize("written", ["PAGERDUTY", "pager_duty", "Pager-Duty"])
def test_a_misspelt_name_brings_the_nearest_one_to_mind(written):
    assert did_you_mean(written, KNOWN) == 'did you mean "PAGER_DUTY"?'


def test_what_is_near_to_nothing_brings_nothing_to_mind():
    assert did_you_mean("EMAIL", KNOWN) == ""


def test_a_text_that_is_no_name_is_not_even_compared():
    """Comparing takes its length squared; a hostile file may hold one of 16 MiB."""
    assert did_you_mean("PAGER_DUTY" * 11, ["PAGER_DUTY" * 11]) == ""
