"""A machine with canaries in every place for a secret, runs of the command on it, and its sinks."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import sys
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

from reconciler import catalogue, cli
from reconciler.api.stop import Stop
from tests.leaks.canaries import DIALECTS, OWN, Canaries
from tests.leaks.detector import Detector

if TYPE_CHECKING:
    from collections.abc import Iterator

_pause = Stop.pause  # the campaign waits for nothing
IDS = ("5d791c84ff7a2522cc4f9aa1", "5d791c84ff7a2522cc4f9aa2")
_PLAIN = {
    "region": "EU", "orgName": "org", "flowName": "flow", "roomName": "room", "channelName": "chan",
    "teamName": "team", "routingKey": "route", "username": "prom_user", "enabled": True,
    "serviceDiscovery": "http", "scheme": "http", "listenAddress": ":9216",
}  # fmt: skip
_ALLOWED = ("bin", "secrets")
"""Folders that hold secrets by their nature; beside them the state, and what ends as follows."""
_ALLOWED_ENDS = (".yaml", ".db", ".db-wal", ".db-shm", ".db-journal", ".seed.json")


@dataclass(frozen=True)
class Planted:
    """All canaries, where they are, and what finds them."""

    canaries: Canaries
    environment: dict[str, str]
    desired: dict[str, str]
    """The YAML of a dialect: one project with every type, one with a single one."""
    literal: dict[str, str]
    """The same, with addresses and templates written out."""
    live: dict[str, list[dict[str, object]]]
    """What is live of a dialect: the same types with other secrets, and all of them undeclared."""
    detector: Detector


def plant(seed: int) -> Planted:
    """Put a canary wherever a secret may be."""
    canaries = Canaries(seed)
    environment = {name: canaries.word(what) for name, what in OWN.items()}
    proxy = canaries.word("proxy password")
    environment |= {
        "MONGODB_ATLAS_PUBLIC_API_KEY": "public",
        "PROXY": f"http://somebody:{proxy}@127.0.0.1:9",
    }
    desired, literal, live = {}, {}, {}
    for dialect in DIALECTS:
        settings = _declare(canaries, dialect, environment)
        desired[dialect] = _yaml(dialect, settings)
        literal[dialect] = _yaml(dialect, _written_out(settings, environment))
        live[dialect] = _seed(canaries, dialect)
    canaries.word("misplaced")
    canaries.word("given by a program")
    canaries.text("carried by an error")
    canaries.text("echo of the API")
    canaries.text("agentApiKey")
    return Planted(canaries, environment, desired, literal, live, Detector(canaries))


def _declare(canaries, dialect, environment):
    declared = {}
    for type_, kind in catalogue.kinds(dialect).items():
        declared[type_] = {}
        for name, known in kind.fields.items():
            if known.sensitive:
                variable = f"{dialect}_{type_}_{name}".upper().replace("-", "_")
                environment[variable] = canaries.of_setting(
                    f"{dialect} {type_} {name}", type_, name
                )
                declared[type_][name] = {"env": variable}
            elif known.required:
                declared[type_][name] = _PLAIN[name]
    return declared


def _written_out(settings, environment):
    literals = ("url", "microsoftTeamsWebhookUrl", "bodyTemplate", "headersTemplate")
    return {
        type_: {
            name: environment[value["env"]] if name in literals else value
            for name, value in fields.items()
        }
        for type_, fields in settings.items()
    }


def _yaml(dialect, settings):
    def item(type_):
        return {"type": type_, **settings[type_]}

    projects = [
        {"id": IDS[0], "name": "payments", "integrations": [item(type_) for type_ in settings]},
        {"id": IDS[1], "name": "search", "integrations": [item("PAGER_DUTY")]},
    ]
    return json.dumps({"version": 1, "api": dialect, "projects": projects}, indent=1)  # YAML too


def _seed(canaries, dialect):
    projects = []
    for at, name in enumerate(("payments", "search")):
        live = []
        for type_, kind in catalogue.kinds(dialect).items():
            fields = {
                setting: canaries.of_setting(
                    f"live {at} {dialect} {type_} {setting}", type_, setting
                )
                if known.sensitive
                else _PLAIN.get(setting)
                for setting, known in kind.fields.items()
            }
            live.append({"type": type_, **fields})
        projects.append({"id": IDS[at], "name": name, "api": dialect, "integrations": live})
    return projects


@dataclass
class World:
    """One machine: a working directory, a home, a folder for what is temporary."""

    planted: Planted
    root: Path
    api: str = "atlas"
    sinks: dict[str, bytes] = field(default_factory=dict)
    codes: list[int] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    """What was wrong, whatever the sinks hold."""

    @property
    def work(self) -> Path:
        """Where the command runs."""
        return self.root / "work"

    def write(self, name: str, text: str) -> Path:
        """Put a file into the working directory."""
        file = self.work / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def run(self, *arguments: str, stdout: io.RawIOBase | None = None, **more: str) -> int:
        """Run the command line in this process; `more` are variables that it gets as well."""
        environment = self.planted.environment | more
        paths = {"PATH": f"{self.work / 'bin'}:/usr/bin:/bin", "HOME": str(self.root / "home")}
        paths |= {"TMPDIR": str(self.root / "tmp"), "NO_COLOR": "1", "TERM": "dumb"}
        with (
            mock.patch.dict(os.environ, environment | paths, clear=True),
            mock.patch.object(tempfile, "tempdir", None),
            mock.patch.object(Stop, "pause", lambda stop, seconds: _pause(stop, 0)),
            contextlib.chdir(self.work),
            _captured(stdout) as streams,
            _last_words(),
            _deaf(),
        ):
            before = set(threading.enumerate())
            self.codes.append(cli.run(arguments))
            for thread in set(threading.enumerate()) - before:  # one may have a last word to say
                with contextlib.suppress(RuntimeError):  # a server's, that has not begun yet
                    thread.join(0 if thread.daemon else 5)
        for name, stream in zip(("stdout", "stderr"), streams, strict=True):
            self.sinks[f"{len(self.codes)} {name}"] = stream
        return self.codes[-1]

    def gather(self) -> dict[str, bytes]:
        """Give all that was written anywhere, by the name of the sink."""
        files = (path for path in self.root.rglob("*") if path.is_file() and not _may_hold(path))
        names = {
            f"name of {path}": str(path.relative_to(self.root)).encode()
            for path in self.root.rglob("*")
        }
        return self.sinks | names | {str(path): path.read_bytes() for path in files}


def _may_hold(path: Path) -> bool:
    return path.name.endswith(_ALLOWED_ENDS) or path.parent.name in _ALLOWED


@contextlib.contextmanager
def world(planted: Planted, api: str = "atlas", *, seeded: bool = True) -> Iterator[World]:
    """Make a machine on which everything is declared for one dialect, and other things are live."""
    with tempfile.TemporaryDirectory() as root:
        made = World(planted, Path(root), api)
        for name in ("work/secrets", "work/bin", "home", "tmp"):
            (made.root / name).mkdir(parents=True)
        made.write("d.yaml", planted.desired[api])
        made.write("literal.yaml", planted.literal[api])
        live = planted.live[api] if seeded else _bare(planted.live[api])
        made.write("live.seed.json", json.dumps({"projects": live}))
        yield made


def _bare(projects):
    return [{name: project[name] for name in ("id", "name", "api")} for project in projects]


@contextlib.contextmanager
def _captured(stdout: io.RawIOBase | None) -> Iterator[list[bytes]]:
    raw = (stdout or io.BytesIO(), io.BytesIO())
    seen: list[bytes] = []
    streams = [io.TextIOWrapper(one, encoding="utf-8", write_through=True) for one in raw]
    with (
        contextlib.redirect_stdout(streams[0]),
        contextlib.redirect_stderr(streams[1]),
        mock.patch.object(sys, "stdin", io.StringIO()),
    ):
        yield seen
    seen += [one.getvalue() if isinstance(one, io.BytesIO) else b"" for one in raw]


@contextlib.contextmanager
def _deaf() -> Iterator[None]:
    """Let a signal that comes when the command has ended already end nothing else."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


@contextlib.contextmanager
def _last_words() -> Iterator[None]:
    """Have errors of threads told as a process of its own would have them told."""
    before = sys.excepthook, sys.unraisablehook, threading.excepthook
    cli.last_word.install()
    try:
        yield
    finally:
        sys.excepthook, sys.unraisablehook, threading.excepthook = before
