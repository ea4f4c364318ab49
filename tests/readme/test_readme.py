"""The README cannot rot: what it shows is what the program says today."""

import importlib.util
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from reconciler.core.exits import Exit

_SPEC = importlib.util.spec_from_file_location("generate", Path(__file__).with_name("generate.py"))
generate = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(generate)
MADE_ANEW = "run `python -m tests.readme.generate`, and read the diff"


@pytest.fixture(scope="module")
def readme():
    return generate.README.read_text()


def test_every_command_prints_what_the_readme_shows(readme):
    assert generate.whole(readme) == readme, MADE_ANEW


def _lines(svg):
    """Give the words of a picture, line by line from top to bottom."""
    rows = {}
    for text in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"):  # noqa: S314 - ours
        rows.setdefault(float(text.get("y")), []).append("".join(text.itertext()))
    return ["".join(row).replace("\xa0", " ").strip() for _, row in sorted(rows.items())]


def test_the_picture_shows_what_the_program_prints():
    assert _lines(generate.PICTURE.read_text()) == _lines(generate.picture()), MADE_ANEW


def test_the_table_of_exit_codes_is_complete(readme):
    told = {int(code) for code in re.findall(r"(?m)^\| (\d+) \|", readme)}
    assert told == {code.value for code in Exit}


def test_every_link_to_a_file_leads_somewhere(readme):
    for target in re.findall(r"\]\(([^):#]+)\)", readme):
        assert (generate.ROOT / target).exists(), target


def test_every_picture_is_there_and_small(readme):
    pictures = re.findall(r'(?:src|srcset)="([^"]+)"', readme)
    assert len(pictures) == 4
    for name in pictures:
        assert 0 < (generate.ROOT / name).stat().st_size < 150_000


def test_the_quick_start_has_two_blocks(readme):
    section = re.search(r"(?ms)^## Quick start\n(.*?)^## ", readme)[1]
    assert len(re.findall(r"(?ms)^```sh\n(.*?)^```", section)) == 2
