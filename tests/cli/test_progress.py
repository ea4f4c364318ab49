"""Long work shows how far it is, where somebody can see it."""

import sys

import pytest

from reconciler.cli.progress import progress, say


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


def test_a_line_is_shown_with_and_without_a_terminal(capsys):
    say("Waiting 12 s: [the limit]")
    assert capsys.readouterr().err == "Waiting 12 s: [the limit]\n"


def test_a_line_is_shown_above_the_bar(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with progress() as told:
        told("Reading", 1, 100)
        say("Waiting 12 s: [the limit]")
    assert "Waiting 12 s: [the limit]" in capsys.readouterr().err
