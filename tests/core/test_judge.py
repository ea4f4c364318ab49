"""What a mask proves, and what it does not."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.secret import Literal, Reference, Secret, Verdict, judge, wrap_live

SAME, CONSISTENT = Verdict.SAME, Verdict.CONSISTENT
UNVERIFIABLE, DIFFERENT = Verdict.UNVERIFIABLE, Verdict.DIFFERENT
KEY = "0123456789abcdef0123456789abcdef"
URL = "https://hooks.example.com/services/T0/B1/zYxW"
STARS = "*" * 28


CASES = {
    "nothing is set": (None, KEY, True, DIFFERENT),
    "shown in full": (KEY, KEY, True, SAME),
    "shown in full, another": (KEY, KEY[:-1] + "0", True, DIFFERENT),
    "two stars are no mask": ("a**b", "a**b", True, SAME),
    "the last four fit": (STARS + "cdef", KEY, True, CONSISTENT),
    "the last one does not fit": (STARS + "cdee", KEY, True, DIFFERENT),
    "one star too few": (STARS[1:] + "cdef", KEY, True, DIFFERENT),
    "length is no evidence here": ("******cdef", KEY, False, CONSISTENT),
    "length is none, the tail is": ("******cdee", KEY, False, DIFFERENT),
    "nothing but stars": ("*" * 32, KEY, True, UNVERIFIABLE),
    "nothing but too few stars": ("*" * 31, KEY, True, DIFFERENT),
    "nothing but some stars": ("********", KEY, False, UNVERIFIABLE),
    "a head is shown": ("012***", KEY, False, CONSISTENT),
    "the middle is hidden": (KEY[:20] + "****" + KEY[24:], KEY, True, CONSISTENT),
    "a URL's tail": ("https://hooks.example.com/****zYxW", URL, False, CONSISTENT),
    "another tail": ("https://hooks.example.com/****zYxV", URL, False, DIFFERENT),
    "only the host": ("https://hooks.example.com/****", URL, False, UNVERIFIABLE),
    "case of a host": ("https://HOOKS.example.com/****", URL, False, UNVERIFIABLE),
    "another host": ("https://evil.example.com/****", URL, False, DIFFERENT),
    "another scheme": ("http://hooks.example.com/****", URL, False, DIFFERENT),
    "a path": ("https://hooks.example.com/services/****", URL, False, CONSISTENT),
    "another path": ("https://hooks.example.com/other/****zYxW", URL, False, DIFFERENT),
    "a port": ("https://hooks.example.com:8443/****", URL, False, DIFFERENT),
    "case of a path": ("https://hooks.example.com/****zyxw", URL, False, DIFFERENT),
    "a near host": ("https://a.io/****m/ab", "https://a.com/ab", False, DIFFERENT),
    "a short path": ("https://a.com/****m/ab", "https://A.com/ab", False, CONSISTENT),
    "no path": ("https://a.com/****.com", "https://a.com", False, CONSISTENT),
    "half a host": ("https://hoo***zYxW", URL, False, CONSISTENT),
    "half a host and no more": ("https://hoo***", URL, False, UNVERIFIABLE),
    "no URL": ("https://hoo***zYxW", "not a URL", False, DIFFERENT),
    "head and tail may touch": ("abc***abc", "abcabc", False, CONSISTENT),
    "head and tail may not overlap": ("abc***bc", "abc", False, DIFFERENT),
}  # fmt: skip


@pytest.mark.parametrize(("live", "desired", "length_counts", "verdict"), CASES.values(), ids=CASES)
def test_a_verdict(live, desired, length_counts, verdict):
    shown = None if live is None else wrap_live(live)
    hide = Literal if desired.startswith("https") else Secret
    assert judge(shown, hide(desired), length_counts=length_counts) is verdict


def test_a_reference_that_was_not_resolved_is_unverifiable():
    live = wrap_live(STARS + "cdef")
    assert judge(live, Reference("env", "KEY"), length_counts=True) is UNVERIFIABLE
    assert judge(None, Reference("env", "KEY"), length_counts=True) is UNVERIFIABLE


@given(st.text(min_size=5), st.integers(0, 4), st.integers(0, 4))
def test_the_true_value_is_never_different(value, head, tail):
    mask = value[:head] + "*" * (len(value) - head - tail) + value[len(value) - tail :]
    if "***" not in mask:
        return
    for length_counts in (True, False):
        assert judge(wrap_live(mask), Secret(value), length_counts=length_counts) in (
            CONSISTENT,
            UNVERIFIABLE,
        )


@given(st.text(string.hexdigits, min_size=8, max_size=40), st.text(string.hexdigits, min_size=8))
def test_a_tail_that_fits_never_proves_sameness(value, other):
    mask = "*" * (len(value) - 4) + value[-4:]
    verdict = judge(wrap_live(mask), Secret(other), length_counts=True)
    fits = len(other) == len(value) and other[-4:] == value[-4:]
    assert verdict is (CONSISTENT if fits else DIFFERENT)
