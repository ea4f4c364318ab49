"""Long work shows how far it is, where somebody can see it."""

import sys

import pytest

from reconciler.cli.progress import progress


@pytest.fixture
def shown(monkeypatch, capsys):
    def run(terminal, whole):
        monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
        with progress() as told:
            for done in range(1, whole + 1):
                told("Reading", done, whole)
        return capsys.readouterr().err

    return run


def test_long_work_shows_a_bar_that_ends_with_it(shown):
    text = shown(terminal=True, whole=100)
    assert "Reading" in text
    assert "100/100" in text


def test_short_work_shows_nothing(shown):
    assert shown(terminal=True, whole=5) == ""


def test_without_a_terminal_nothing_is_shown(shown):
    assert shown(terminal=False, whole=100) == ""
