"""Random masks: never `different` for the true value, and no more false matches than chance."""

import random
from uuid import UUID

import pytest

from reconciler.core.secret import Masked, Secret, Verdict, chance, judge

PAIRS, ALL_PAIRS = 25_000, 250_000
"""Of each shape; all of them with `--full`, together a million."""
HEX = "0123456789abcdef"


def tail(value, shown):
    return "*" * (len(value) - shown) + value[-shown:]


def hyphens(value, shown):
    hidden = "".join("-" if sign == "-" else "*" for sign in value[:-shown])
    return hidden + value[-shown:]


SHAPES = {
    "the last four": (str, tail, 4, True),
    "the last three": (str, tail, 3, True),
    "the last two, of any length": (str, lambda value, n: "******" + value[-n:], 2, False),
    "the last twelve of a UUID": (UUID, hyphens, 12, True),
}


@pytest.mark.parametrize(("form", "mask", "shown", "length_counts"), SHAPES.values(), ids=SHAPES)
def test_a_mask_never_speaks_against_its_own_value_and_seldom_for_another(
    form, mask, shown, length_counts, request
):
    pairs = ALL_PAIRS if request.config.getoption("--full") else PAIRS
    chosen = random.Random(20260810)
    matches = 0
    for _ in range(pairs):
        true, false = (str(form(f"{chosen.getrandbits(128):032x}")) for _ in "ab")
        live = Masked(mask(true, shown))
        own = judge(live, Secret(true), length_counts=length_counts)
        assert own is Verdict.CONSISTENT
        matches += judge(live, Secret(false), length_counts=length_counts) is Verdict.CONSISTENT
    odds = chance(live, len(HEX))
    assert odds == 16**shown
    expected = pairs / odds
    assert abs(matches - expected) <= 3 * expected**0.5 + 1
