"""What a notice says is plain text, whatever names somebody has chosen."""

import re

import pytest

from reconciler.core.plan import Status
from reconciler.report import Report
from reconciler.report.notice import is_news, notice, quiet
from tests.report.test_hostile_names import HOSTILE, report


@pytest.mark.parametrize("command", ["apply", "drift"])
def test_no_name_means_anything_in_a_chat(command):
    expected = [
        len(line.split(": ")) for line in notice(report("harmless", command))[1].split("\n")
    ]
    for name in HOSTILE:
        _, body = notice(report(name, command))
        assert len(body.split("\n")) == len(expected), name
        assert not re.search(r"[<>@#*`\[\]|!\\&\"'$%\x00-\x09\x0b-\x1f\u200b-\u202e]|//", body), (
            name
        )


def test_what_is_harmless_stays_as_it_is():
    assert quiet("payments-prod (EU), my_team é 日本") == "payments-prod (EU), my_team é 日本"
    assert (
        quiet("https://evil.example _it_ www.evil.example")
        == "https:/?evil.example ?it? www?evil.example"
    )
    assert len(quiet("x" * 500)) == 120


def test_a_long_list_is_cut_and_says_so():
    changes = report("payments", "drift").changes
    body = notice(Report("drift", 2, changes=changes[1:] * 4))[1]
    assert body.count("payments4") == 1
    assert "and 7 more changes" in body


def test_only_writes_are_news_of_an_apply():
    done = report("payments", "apply")
    assert is_news(done)
    assert {outcome.status for outcome in done.outcomes} == {Status.FAILED}
    assert not is_news(Report("apply", 4, changes=done.changes, operations=done.operations))
