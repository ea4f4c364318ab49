"""One run of the real road against the API of a campaign, at no time's cost."""

from __future__ import annotations

import hashlib
import os
import random
import tempfile
from concurrent.futures import Executor, Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from unittest import mock

from reconciler import desired, journal, workflow
from reconciler.api.credentials import ApiKey, ServiceAccount
from reconciler.api.transport import Connection, Transport
from reconciler.core.assertion import NOTHING, Assertion
from reconciler.core.guard import Overrides
from reconciler.core.secret import UNPROVEN, Reference
from reconciler.journal import read
from reconciler.proof import Ledger
from reconciler.session import SIMULATOR_URL, Target
from reconciler.simulator import InProcess
from tests.faults.api import Down, Simulated
from tests.faults.disk import Disks
from tests.faults.fleet import environment, is_settled
from tests.faults.plain import Plain, Short

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.journal import Entry
    from reconciler.report import Report
    from tests.faults.api import Api, Edit, Event, Schedule, State
    from tests.faults.fleet import Fleet, Key, Settings

KEY = "CAMPAIGN_RECEIPTS"
_LINES = 1000
"""Lines of journals that are kept as they were read: each is read again and again."""


@dataclass(frozen=True)
class How:
    """How the command is run; `receipts` have what they do not prove sent."""

    receipts: bool = False
    account: bool = False
    """Whether a service account signs, and not an API key."""
    deadline: float = 900.0
    expect: str | None = None
    overrides: Overrides = field(default_factory=Overrides)
    waves: bool = True
    rollback: bool = False
    short: bool = False
    """Whether the plain API answers, and no library is in between."""
    outputs: bool = True
    """Whether all that is put out is looked into for secrets."""


PLAINLY = How()


@dataclass(frozen=True)
class Ran:
    """A run, and all that is known of it; there is no report where the machine went down."""

    fleet: Fleet
    how: How
    wanted: dict[Key, Settings]
    report: Report | None
    start: State
    end: State
    events: list[Event]
    edits: list[Edit]
    journal: bytes
    """All lines that the disk holds, those of earlier runs too."""
    older: int
    """How many bytes of it are of earlier runs."""
    receipts: str
    receipts_before: str
    full: bool
    """Whether the disk was."""
    deadline: float
    said: list[str]
    """Whatever else was put out."""

    @property
    def entries(self) -> list[Entry]:
        """Give what the journal tells of this run."""
        return read(self.journal[self.older :].decode(errors="replace"))

    @property
    def is_settled(self) -> bool:
        """Tell whether all that is declared is live."""
        return is_settled(self.fleet, self.wanted, self.end)

    @property
    def writes(self) -> list[Event]:
        """Give the tries of writes."""
        return [event for event in self.events if event.is_try]


class Runner:
    """Runs the command again and again on one fleet: the machine, its environment and its files."""

    def __init__(self, fleet: Fleet, *, short: bool = False) -> None:
        """Set up the API."""
        self.fleet = fleet
        self.api: Api = Plain(fleet) if short else Simulated(fleet)
        self.receipts = ""

    def rotate(self, key: Key, settings: Settings) -> None:
        """Have a secret be another from now on."""
        self.api.wanted[key] = settings

    def run(self, schedule: Schedule = lambda _: None, how: How = PLAINLY) -> Ran:
        """Run it once."""
        api, before, said = self.api, self.receipts, []
        api.begin(schedule, how.deadline)
        older = len(api.disk.kept)
        os.environ.update(environment(api.wanted))
        job = self._job(how, said)
        report = None
        with suppress(Down):
            report = workflow.apply(job, lambda _: True)
        if api.is_down:
            report, self.receipts, api.disk.kept, api.disk.cached = None, before, api.left, b""
        return Ran(
            self.fleet, how, dict(api.wanted), report, api.start, api.live, api.events, api.edits,
            api.disk.kept + api.disk.cached, older, self.receipts, before, api.disk.full,
            how.deadline, said,
        )  # fmt: skip

    def close(self) -> None:
        """Let go."""
        self.api.close()

    def _job(self, how: How, said: list[str]) -> workflow.Job:
        return workflow.Job(
            [_file(self.fleet)],
            self.api.stop,
            Target(
                simulate=(self.api, how.account), concurrency=1, trace=said.append, told=said.append
            ),
            assertion=Assertion(verdicts=UNPROVEN) if how.receipts else NOTHING,
            ledger=Ledger([Reference("env", KEY)], self.receipts, self._save)
            if how.receipts
            else None,
            overrides=how.overrides,
            expect=how.expect,
            journal=self.api.disk,
            waves=how.waves,
            rollback=said.append if how.rollback else None,
        )

    def _save(self, text: str) -> None:
        if not self.api.is_down:
            self.receipts = text


class Inline(Executor):
    """Does everything at once, in the thread that asks: what one worker of a pool does too."""

    def __init__(self, _concurrency: int) -> None:
        """Need no workers."""

    def submit(self, call, /, *args, **options):
        """Do it, and keep what came of it."""
        future = Future()
        future.set_running_or_notify_cancel()
        try:
            future.set_result(call(*args, **options))
        except BaseException as error:  # noqa: BLE001 - as a worker does
            future.set_exception(error)
        return future


@contextmanager
def instantly(seed: int = 0) -> Iterator[None]:
    """Put the API of a campaign where the simulator is opened, and read no file twice.

    The slow fingerprint of chosen secrets is made quick: its arithmetic stays, its cost does not.
    """
    random.seed(seed)
    with (
        mock.patch("reconciler.session._simulated", _simulated),
        mock.patch("reconciler.api.transport.Transport", _transport),
        mock.patch("reconciler.journal.os", Disks()),
        mock.patch("reconciler.journal.fcntl.flock", _nothing),  # a disk has one user
        mock.patch("reconciler.journal._entry", lru_cache(_LINES)(journal._entry)),  # noqa: SLF001
        mock.patch.object(desired, "load", _once(desired.load)),
        mock.patch.dict(os.environ, {KEY: "0123456789abcdef" * 4}, clear=True),
        mock.patch("reconciler.api.observe.ThreadPoolExecutor", Inline),
        mock.patch("reconciler.api.perform.ThreadPoolExecutor", Inline),
        mock.patch.object(hashlib, "scrypt", _quick(hashlib.scrypt)),
        mock.patch("gc.freeze", _nothing),  # and no mock, which would keep every call
    ):
        yield


def _nothing(*_: object) -> None:
    pass


def _simulated(target: Target, *_: object) -> Connection:
    api, account = target.simulate
    signed = ServiceAccount("mdb_sa_id_1", "mdb_sa_sk_2") if account else ApiKey("sim", "sim")
    adapter = api if isinstance(api, Plain) else InProcess(api.handle)
    return Connection(SIMULATOR_URL, signed, trace=target.trace, adapter=adapter)


def _transport(connection: Connection, *, writable: bool) -> Transport | Short:
    adapter = connection.adapter
    if isinstance(adapter, Plain):
        return Short(adapter, writable=writable)
    return Transport(connection, writable=writable)


def _once(load):
    @cache
    def loaded(*paths: str):
        return load(paths)

    return lambda paths, policy: loaded(*paths)


def _quick(scrypt):
    return lambda value, **options: scrypt(value, **{**options, "n": 2})


_FOLDER = tempfile.TemporaryDirectory()


@cache
def _file(fleet: Fleet) -> str:
    with tempfile.NamedTemporaryFile(
        "w", suffix=".yaml", dir=_FOLDER.name, delete=False, encoding="utf-8"
    ) as file:  # several processes share the folder
        file.write(fleet.yaml())
    return file.name
