"""Nothing in the page stands in the way of anybody: axe-core finds no violation."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.browser import fleet

PAGES = sorted((Path(__file__).parents[1] / "report/golden").glob("*.html"))
_RUN = "async () => (await axe.run()).violations.map((one) => `${one.id}: ${one.nodes[0].html}`)"


@pytest.fixture(scope="module")
def axe():
    """Give the text of axe-core."""
    file = os.environ.get("AXE")
    if file is None:
        pytest.skip("AXE names no copy of axe-core: `python -m tests.browser` fetches one")
    return Path(file).read_text(encoding="utf-8")


def violations(page, axe, scheme, width):
    page.page.emulate_media(color_scheme=scheme)
    page.page.set_viewport_size({"width": width, "height": 900})
    page.page.evaluate(axe)
    return page.page.evaluate(_RUN)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 400)])
@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.stem)
def test_axe_finds_nothing_in_any_kind_of_run(file, scheme, width, opened, axe):
    assert violations(opened(file), axe, scheme, width) == []


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_where_cells_are_open(scheme, width, opened, axe, tmp_path):
    file = tmp_path / "small.html"
    file.write_text(fleet.page(20))
    page = opened(file)
    page.page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    assert violations(page, axe, scheme, width) == []
