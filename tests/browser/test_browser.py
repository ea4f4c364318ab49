"""The page in a real browser: it opens from a file, and its search, filters and keys work."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from reconciler.core.past import Moment, Past
from reconciler.report import FORMATS, Report, Style
from tests.browser import fleet
from tests.report.test_hostile_names import HOSTILE, report

PAGES = sorted((Path(__file__).parents[1] / "report/golden").glob("*.html"))

WIDTHS = (400, 1280, 1920)


@pytest.fixture
def small(opened, tmp_path):
    """Give the page of twenty projects, open."""
    file = tmp_path / "small.html"
    file.write_text(fleet.page(20))
    return opened(file)


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.stem)
def test_every_kind_of_run_opens_and_asks_for_nothing(file, opened):
    page = opened(file)
    assert page.page.locator("h1").inner_text().startswith("reconciler ")
    assert page.all_complaints() == []


def test_what_needs_a_look_comes_first(small):
    first = small.page.locator("tbody tr").first
    assert "~ changed" in first.inner_text()
    assert small.page.locator("thead th").nth(1).inner_text() == "DATADOG"


def test_search_shows_the_projects_with_all_words(small):
    small.page.locator("#search").fill("SERVICE-7 team-7")
    assert small.shown() == ["team-7-service-7"]
    assert small.page.locator("#shown").inner_text() == "1 of 20 projects"
    small.page.locator("#search").fill("nowhere")
    assert small.shown() == []
    small.page.locator("#search").fill("")
    assert len(small.shown()) == 20
    assert small.all_complaints() == []


def test_a_state_shows_the_projects_that_have_it_and_two_show_either(small):
    def count(*labels):
        for label in labels:
            small.page.get_by_label(label).check()
        found = len(small.shown())
        for label in labels:
            small.page.get_by_label(label).uncheck()
        return found

    changed, missing = count("changed"), count("missing")
    both = count("changed", "missing")
    assert 0 < changed < 20
    assert max(changed, missing) <= both <= changed + missing
    assert len(small.shown()) == 20


@pytest.mark.parametrize("width", [1280, 400])
def test_what_is_filtered_out_takes_no_room_and_no_reader_hears_of_it(width, small):
    small.page.set_viewport_size({"width": width, "height": 900})
    small.page.locator("#search").fill("service-7")
    gone = small.page.locator("tbody tr[hidden]")
    assert gone.count() == 19
    assert {row.bounding_box()["height"] for row in gone.all()} == {0}
    heard = small.page.locator("table").aria_snapshot()
    assert ("team-7-service-7" in heard, "service-8" in heard) == (True, False)
    assert heard.count('- row "') == 2
    small.page.locator("#search").fill("nowhere")
    assert small.page.locator("tbody").bounding_box()["height"] == 0
    assert "service" not in small.page.locator("table").aria_snapshot()
    small.page.locator("#search").fill("service-7")
    small.page.emulate_media(media="print")
    assert [row.bounding_box() for row in gone.all()] == [None] * 19


def test_a_cell_opens_its_settings_with_both_sides_and_their_place(small):
    cell = small.page.locator("td", has_text="region differs").first
    body = cell.locator(".body")
    assert not body.is_visible()
    cell.locator("summary").click()
    assert body.is_visible()
    text = body.inner_text()
    assert "region" in text
    assert [body.locator(f".{side}").first.inner_text() for side in ("before", "after")] == [
        "US",
        "EU",
    ]
    assert "fleet/team-" in text
    small.page.locator("table[style]").wait_for()
    assert small.page.locator("thead th").nth(1).bounding_box()["width"] >= 300


def test_keys_search_clear_walk_and_open(small):
    keyboard = small.page.keyboard
    keyboard.press("/")
    keyboard.type("service-7")
    assert small.shown() == ["team-7-service-7"]
    keyboard.press("Escape")
    small.page.get_by_text("20 of 20 projects").wait_for()
    small.page.locator("tbody summary").first.focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp", "ArrowUp"):
        keyboard.press(key)
    at = (
        "[document.activeElement.closest('tr').rowIndex,"
        " document.activeElement.closest('td').cellIndex]"
    )
    assert small.page.evaluate(at) == [1, 1]
    keyboard.press("ArrowDown")
    keyboard.press("ArrowRight")
    assert small.page.evaluate(at) == [2, 2]
    keyboard.press("Enter")
    assert small.page.evaluate("document.activeElement.parentElement.open")


def test_every_control_is_reached_with_the_tab_key(small):
    reached = set()
    for _ in range(20):
        small.page.keyboard.press("Tab")
        reached.add(
            small.page.evaluate(
                "(document.activeElement.id || document.activeElement.className"
                " || document.activeElement.tagName)"
            )
        )
    assert {"search", "wide", "SUMMARY", "INPUT"} <= reached


def test_paper_shows_what_differs_and_no_controls(small):
    small.page.emulate_media(media="print")
    small.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    cells = small.page.locator("td", has_text="region differs")
    assert all(cell.locator(".body").is_visible() for cell in cells.all())
    assert not small.page.locator("#search").is_visible()
    small.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert small.page.locator("td details[open]").count() == 0


def test_a_narrow_page_needs_no_scrolling_sideways(small):
    small.page.set_viewport_size({"width": 400, "height": 900})
    assert small.page.evaluate("document.documentElement.scrollWidth") == 400
    assert small.page.locator("td .type").first.is_visible()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.stem)
def test_no_page_is_wider_than_its_window(file, width, opened):
    page = opened(file).page
    page.set_viewport_size({"width": width, "height": 900})
    for element in ("document.documentElement", "document.querySelector('header')"):
        assert page.evaluate(f"{element}.scrollWidth - {element}.clientWidth") == 0


@pytest.mark.parametrize("width", WIDTHS)
def test_as_many_types_are_in_sight_as_there_is_room_for(width, small):
    small.page.set_viewport_size({"width": width, "height": 900})
    wide = "document.querySelector('.wide')"
    assert small.page.evaluate(f"{wide}.scrollWidth - {wide}.clientWidth") == 0


def test_a_cell_that_a_key_goes_to_is_not_behind_the_names(small):
    small.page.set_viewport_size({"width": 760, "height": 900})
    small.page.locator("tbody tr").first.locator("summary").last.focus()
    for key in ("ArrowLeft", "ArrowLeft", "ArrowLeft", "Enter", "ArrowLeft", "Enter"):
        small.page.keyboard.press(key)
        small.page.evaluate("() => new Promise((done) => requestAnimationFrame(done))")
        edges = small.page.evaluate("""() => {
          const cell = document.activeElement;
          const names = cell.closest("tr").cells[0].getBoundingClientRect();
          return [names.right, cell.getBoundingClientRect().left];
        }""")
        assert edges[0] <= edges[1]


def page_of_runs(folder, moments):
    file = folder / "runs.html"
    report = Report("drift", 0, past=Past(9, {}, moments=tuple(moments)), finished=9)
    file.write_text(FORMATS["html"](report, Style()))
    return file


def test_a_drawing_of_many_runs_scrolls_within_its_frame(opened, tmp_path):
    moments = [Moment(at * 9000, 2, 1, 0, 0, 0, 0, 0) for at in range(90)]
    page = opened(page_of_runs(tmp_path, moments)).page
    page.set_viewport_size({"width": 400, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") == 400
    assert page.evaluate("document.querySelector('figure .wide').scrollWidth") > 900


@pytest.mark.parametrize("width", WIDTHS)
def test_a_drawing_of_ten_runs_is_as_wide_as_the_page_and_no_sign_covers_another(
    width, opened, tmp_path
):
    counts = [(number % 3, number % 2, 0) for number in range(10)]
    moments = [Moment(at * 9000, 2, *parts, 0, 0, 1) for at, parts in enumerate(counts)]
    page = opened(page_of_runs(tmp_path, moments)).page
    page.set_viewport_size({"width": width, "height": 900})
    room = page.locator("figure").bounding_box()["width"]
    assert page.locator("svg").bounding_box()["width"] > room - 30
    for run in page.locator("svg g").all():
        marks = sorted(
            (mark.bounding_box() for mark in run.locator("rect, circle, text").all()),
            key=lambda box: box["y"],
        )
        for upper, lower in pairwise(marks):
            assert upper["y"] + upper["height"] <= lower["y"] + 5
    assert page.locator(".key").inner_text() == (
        "From the ground up: ■ missing, ■ changed, ■ should be gone."
    )


def test_hostile_names_are_text_and_no_more(opened, tmp_path):
    file = tmp_path / "hostile.html"
    file.touch()
    page = opened(file)
    for name in HOSTILE:
        file.write_text(FORMATS["html"](report(name), Style()))
        page.page.reload()
        page.page.locator("#search").fill(name)
        foreign = page.page.locator(
            "a, img, iframe, svg:not([role=img]), style ~ style, script ~ script"
        )
        assert (foreign.count(), page.all_complaints()) == (0, []), name


def test_a_thousand_projects_by_six_types_are_all_there(opened, tmp_path):
    file = tmp_path / "fleet.html"
    file.write_text(fleet.page(1000))
    page = opened(file)
    assert page.page.locator("#shown").inner_text() == "1000 of 1000 projects"
    assert page.page.locator("td details").count() == 6000
    page.page.locator("#search").fill("service-99")
    assert page.page.locator("#shown").inner_text() == "11 of 1000 projects"
    assert page.all_complaints() == []
