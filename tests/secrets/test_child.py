"""Programs that know secrets are bounded, and get few variables."""

import os
import select
import sys
from time import monotonic

import pytest

from reconciler.secrets import child
from reconciler.secrets.source import Unavailable


@pytest.fixture
def refusal(install):
    def of(text):
        with pytest.raises(Unavailable) as refused:
            child.run([str(install("program", text))])
        return refused.value.why

    return of


def test_what_a_program_writes_is_given(install):
    program = install(
        "program", "sys.stdout.write(sys.stdin.read()); sys.stderr.write('b'); sys.exit(3)"
    )
    done = child.run([str(program)], given=b"a")
    assert (done.code, done.output, done.errors) == (3, b"a", b"b")
    assert repr(done) == "Done(code=3)"


def test_a_program_may_leave_its_input_unread(install):
    program = install("program", "sys.stdin.close(); print('done')")
    assert child.run([str(program)], given=b"x" * child.MOST_INPUT).output == b"done\n"


def test_much_on_both_ways_out_does_not_lock_up(install):
    program = install("program", "sys.stderr.write('e' * 300_000); sys.stdout.write('o' * 300_000)")
    done = child.run([str(program)])
    assert (len(done.output), len(done.errors)) == (300_000, 300_000)


def test_a_program_gets_no_variable_that_is_not_named(install, monkeypatch):
    monkeypatch.setenv("MONGODB_ATLAS_PRIVATE_API_KEY", "own-credentials")
    monkeypatch.setenv("KEY", "named")
    program = install("program", "print(' '.join(os.environ))")
    names = child.run([str(program)], ("KEY", "ABSENT")).output.decode().split()
    assert "KEY" in names
    assert "HOME" in names
    assert not {"ABSENT", "MONGODB_ATLAS_PRIVATE_API_KEY", "PYTEST_CURRENT_TEST"} & set(names)


def test_a_program_that_takes_too_long_is_ended_with_its_children(install, monkeypatch, tmp_path):
    monkeypatch.setattr(child, "SECONDS", 0.5)
    os.mkfifo(tmp_path / "pipe")
    alive = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    program = install(
        "slow", "open('pipe', 'wb'); held = open('pipe', 'wb')\nos.fork(); time.sleep(60)"
    )
    with pytest.raises(Unavailable) as refused:
        child.run([str(program)])
    assert refused.value.why.everywhere
    assert "took longer than" in refused.value.why.sentence
    assert select.select([alive], [], [], 10)[0] == [alive]  # nobody holds the other end any more
    assert os.read(alive, 1) == b""
    os.close(alive)


def test_a_program_that_closes_its_output_and_stays_is_ended(refusal, monkeypatch):
    monkeypatch.setattr(child, "SECONDS", 0.3)
    why = refusal("os.close(1); os.close(2); time.sleep(60)")
    assert "took longer than" in why.sentence


def test_a_program_that_never_stops_writing_is_ended(refusal):
    why = refusal("while True: sys.stdout.write('x' * 65536)")
    assert why.sentence.endswith("wrote more than 4 MiB")


def test_a_program_without_the_right_to_run_is_told(tmp_path):
    (tmp_path / "program").write_text("")
    with pytest.raises(Unavailable) as refused:
        child.run([str(tmp_path / "program")])
    assert refused.value.why.sentence.endswith("cannot be started")


def test_a_program_has_no_terminal_and_no_shell(install):
    program = install("program", "print(sys.argv[1], os.getsid(0) == os.getpid())")
    assert child.run([str(program), "$HOME; true"]).output == b"$HOME; true True\n"


SLEEPER = """
import sys
from threading import Thread
from reconciler.secrets import child
Thread(target=child.run, args=(["sleep", "60"],)).start()
while not child._running: pass
child.end_all()
"""


def test_programs_are_ended_when_the_run_ends(install):
    began = monotonic()
    done = child.run([sys.executable, "-c", SLEEPER])
    assert done.code == 0
    assert monotonic() - began < 30  # not the minute that the program would sleep
