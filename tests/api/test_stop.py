"""One word that ends the run for every thread, even out of a signal handler."""

import signal
import sys
import threading

import pytest

from reconciler.api.stop import Stop, Stopped

LONG = 60


def test_a_run_goes_on_until_it_is_stopped():
    stop = Stop()
    assert not stop
    stop.pause(0)
    stop.pause(0.001)
    stop.request("enough")
    assert stop
    with pytest.raises(Stopped, match="enough"):
        stop.pause(LONG)


def test_the_first_reason_stays():
    stop = Stop()
    stop.request("enough")
    stop.interrupt(signal.SIGINT, "SIGINT")
    assert (stop.reason, stop.signal) == ("enough", signal.SIGINT)


def test_an_interrupt_is_named():
    stop = Stop()
    stop.interrupt(signal.SIGTERM, "SIGTERM")
    assert (stop.reason, stop.signal) == ("interrupted by SIGTERM", signal.SIGTERM)


def test_every_waiting_thread_is_woken_and_every_later_wait_too():
    stop, woken = Stop(), []
    here = threading.Barrier(9, timeout=LONG)

    def wait():
        here.wait()
        try:
            stop.pause(LONG)
        except Stopped:
            woken.append(1)

    threads = [threading.Thread(target=wait) for _ in range(8)]
    for thread in threads:
        thread.start()
    here.wait()
    stop.request("enough")
    stop.request("and once more")
    for thread in threads:
        thread.join()
    assert len(woken) == 8
    for _ in range(3):
        with pytest.raises(Stopped):
            stop.pause(LONG)


def test_a_signal_handler_may_break_in_anywhere():
    """Break into every line that a pause or a request runs, in whatever module, and stop there."""
    for action in (lambda stop: stop.pause(0), lambda stop: stop.request("enough")):
        line = 0
        while _break_in(action, at=line):
            line += 1
        assert line > 0


def _break_in(action, *, at):
    """Run an action, with an interrupt at its nth line; tell whether it has that many."""
    stop, seen = Stop(), []

    def trace(frame, event, _):
        if event == "line":
            seen.append(frame.f_lineno)
            if len(seen) == at + 1:
                sys.settrace(None)
                stop.interrupt(signal.SIGTERM, "SIGTERM")
        return trace

    def run():
        sys.settrace(trace)
        try:
            action(stop)
        except Stopped:
            pass
        finally:
            sys.settrace(None)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(LONG)
    assert not thread.is_alive(), "it waits for itself"
    assert bool(stop) or len(seen) <= at
    if stop:
        with pytest.raises(Stopped):
            stop.pause(LONG)
    return len(seen) > at
