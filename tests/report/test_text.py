"""The report for people: it fits, and it is safe to print."""

from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len

from reconciler.core.change import Action, Change, FieldChange
from reconciler.core.problem import Place, Problem
from reconciler.core.secret import Verdict
from reconciler.core.state import ProjectRef
from reconciler.report import FORMATS, Report, Style
from reconciler.report.notice import quiet
from reconciler.report.view import safe_text

LONG = ProjectRef("5d791c84ff7a2522cc4f9aa1", "a-project-with-a-very-long-name-indeed-" + "x" * 25)
WIDE = ProjectRef("6d791c84ff7a2522cc4f9aa1", "日本語のとても長いプロジェクト名" * 3)
REPORT = Report(
    command="plan",
    exit=0,
    digest="sha256:" + "0" * 64,
    applyable=True,
    changes=(
        Change(LONG, "MICROSOFT_TEAMS", Action.CREATE, "not there yet"),
        Change(
            LONG, "DATADOG", Action.UPDATE, "sendCollectionLatencyMetrics, region, apiKey differ",
            (FieldChange("region", "US", "EU", Verdict.DIFFERENT),),
            pruned_by=Place("a.yaml", 2, 1),
        ),
        Change(LONG, "SLACK", Action.DELETE, "ensure: absent"),
        Change(WIDE, "WEBHOOK", Action.LEAVE, "not declared"),
        Change(WIDE, "VICTOR_OPS", Action.KEEP, "in sync"),
    ),
)  # fmt: skip


@pytest.mark.parametrize("width", [80, 120, 200])
@pytest.mark.parametrize("name", ["plan", "short"])
def test_a_terminal_shows_the_expected_text(name, width, request):
    report = REPORT if name == "plan" else replace(REPORT, changes=REPORT.changes[2:])
    text = FORMATS["text"](report, Style(width=width))
    expected = Path(__file__).parent / "terminal" / f"{name}-{width}.out"
    if request.config.getoption("--update-golden"):
        expected.write_text(text)
    assert text == expected.read_text()


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_table_fits_the_width(width):
    text = FORMATS["text"](REPORT, Style(width=width))
    table = text.split("\n\n", maxsplit=1)[0].splitlines()
    assert len(table) == 5
    assert max(cell_len(line) for line in table) <= width


def test_more_room_shows_more():
    narrow, wide = (FORMATS["text"](REPORT, Style(width=width)) for width in (80, 200))
    reason = "sendCollectionLatencyMetrics, region, apiKey differ"
    assert reason not in narrow
    assert reason in wide


def test_there_is_colour_only_where_it_is_wanted():
    assert "\x1b[" not in FORMATS["text"](REPORT, Style())
    coloured = FORMATS["text"](REPORT, Style(colour=True))
    assert "\x1b[32m" in coloured  # green for a create


@pytest.mark.parametrize(
    "hostile",
    ["\x1b[31mred", "a\nb", "a\rb", "\x07", "\x9b31m", "\u202eabc", "\u200b", "\u2028", "\ufeff"],
)
def test_nothing_that_moves_the_cursor_or_hides_is_printed(hostile):
    ref = ProjectRef("5d791c84ff7a2522cc4f9aa1", hostile)
    field = FieldChange("channelName", hostile, hostile, Verdict.DIFFERENT)
    report = Report(
        command="drift",
        exit=2,
        changes=(Change(ref, hostile, Action.UPDATE, hostile, (field,)),),
        problems=(Problem("x", hostile, hostile, Place(hostile, 1, 1)),),
    )
    for style in (Style(), Style(colour=True)):
        text = FORMATS["text"](report, style)
        assert hostile not in text
        assert "\\u" in text


def test_safe_text_keeps_what_is_harmless_and_cuts_what_is_long():
    assert safe_text("payments-prod é 日本") == "payments-prod é 日本"
    assert safe_text("x" * 300) == "x" * 199 + "…"


INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b\u180e\u180f\u200b\u200f\u202a\u202e\u2060\u206f"
    "\u3164\ufe00\ufe0f\ufeff\uffa0\ufff0\ufff9\ufffb\U0001bca0\U0001d173\U0001d17a\U000e0001\U000e0041"
    "\U000e0fff"
)


@pytest.mark.parametrize("sign", INVISIBLE, ids=ascii)
def test_what_cannot_be_seen_becomes_a_visible_escape(sign):
    assert safe_text(f"a{sign}b") == f"a{sign.encode('unicode-escape').decode()}b".replace(
        "\\xad", "\\u00ad"
    )
    assert quiet(f"a{sign}b").isascii()


@pytest.mark.parametrize("form", ["text", "github", "junit", "sarif", "gitlab", "markdown", "csv"])
@pytest.mark.parametrize("action", [Action.CREATE, Action.UPDATE])
@pytest.mark.parametrize("verdict", [Verdict.DIFFERENT, Verdict.UNVERIFIABLE])
def test_what_is_declared_and_not_to_be_seen_has_one_word_in_every_form(form, action, verdict):
    field = FieldChange("url", None, "(masked)", verdict)
    change = Change(LONG, "WEBHOOK", action, "not there yet", (field,))
    shown = FORMATS[form](Report("drift", 2, changes=(change,)), Style())
    assert "as declared" in shown
    assert "(masked)" not in shown
