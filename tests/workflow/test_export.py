"""An export that is cut off gives what it has read by then."""

import json
import signal

import pytest

from reconciler import workflow
from reconciler.api.stop import Stop, Stopped
from reconciler.session import Target

IDS = [f"{number}d791c84ff7a2522cc4f9aa1" for number in "123"]


@pytest.mark.parametrize("read", [0, 1, 2])
def test_what_was_read_before_a_signal_is_given_and_said_to_be_incomplete(tmp_path, read):
    seed = {"projects": [{"id": id_, "name": id_[0]} for id_ in IDS]}
    (tmp_path / "seed.json").write_text(json.dumps(seed))
    stop = Stop()

    def interrupt(doing, done, whole):
        if done == read + 1:  # as the handler of a signal does, which breaks in anywhere
            stop.interrupt(signal.SIGTERM, "SIGTERM")
            raise Stopped(stop.reason)

    target = Target(simulate=tmp_path / "state.db", seed=tmp_path / "seed.json")
    job = workflow.Job((), stop, target, progress=interrupt)
    report, export = workflow.export(job, "atlas")
    assert report.exit == 128 + signal.SIGTERM
    assert export.cut_off
    assert len(export.projects) == read
