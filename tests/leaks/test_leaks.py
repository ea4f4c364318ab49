"""No secret comes out anywhere; and the detector that says so finds every leak put in its way.

A part of the campaign; all of it with `--full`, or `python -m tests.leaks`.
"""

import pytest

from tests.leaks.campaign import SEED, carry_out
from tests.leaks.canaries import Canaries
from tests.leaks.detector import Detector, forms


@pytest.fixture(scope="module")
def figures(request):
    return carry_out(full=request.config.getoption("--full"))


def test_nothing_leaks(figures):
    assert figures.hits == []


def test_every_planted_leak_is_found(figures):
    assert figures.missed == []
    assert len(figures.leaks) >= 25


def test_the_campaign_is_as_large_as_it_says(figures, request):
    whole = request.config.getoption("--full")
    assert figures.canaries >= 40
    assert figures.runs >= (400 if whole else 80)
    assert len({one.case.name for one in figures.ran}) == len(figures.ran)


def test_the_same_seed_plants_the_same():
    assert Canaries(SEED).text("x") == Canaries(SEED).text("x") != Canaries(SEED + 1).text("x")


@pytest.fixture
def canaries():
    canaries = Canaries(SEED)
    canaries.text("it")
    return canaries


def test_every_form_is_found_by_its_name(canaries):
    detector = Detector(canaries)
    for name, form in forms(canaries.values["it"]):
        said = [found.removeprefix("it: ") for found in detector.find(b"<" + form + b">")]
        assert name in said or canaries.values["it"].encode() in form, name


def test_eight_characters_are_found_and_seven_are_none(canaries):
    detector, value = Detector(canaries), canaries.values["it"].encode()
    assert detector.find(b"xx" + value[12:20] + b"xx") == ["it: plain"]
    assert detector.find(b"xx" + value[12:19] + b"xx") == []


def test_a_tail_is_found_behind_a_mask(canaries):
    assert Detector(canaries).find(b"****" + canaries.values["it"][-4:].encode()) == ["it: tail"]
