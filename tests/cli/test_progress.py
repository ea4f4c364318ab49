"""Long work shows how far it is, where somebody can see it."""

import io
import sys
from pathlib import Path

import pytest
from rich.console import Console

from reconciler.cli.progress import bar_on, progress, say


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


@pytest.mark.parametrize("width", [80, 120])
def test_a_bar_says_how_far_it_is_and_how_long_it_will_take(width, request):
    clock = [0.0]
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    bar = bar_on(console)
    bar.get_time = lambda: clock[0]
    bar.add_task("Reading", total=100)
    for done in range(1, 41):
        clock[0] = done * 0.5
        bar.update(bar.task_ids[0], completed=done)
    console.print(bar.get_renderable())
    shown = console.file.getvalue()
    expected = Path(__file__).parent / "golden" / f"progress-{width}.out"
    if request.config.getoption("--update-golden"):
        expected.write_text(shown)
    assert shown == expected.read_text()
    assert "40/100 0:00:30" in shown


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
