"""The command as a process of its own, against the API of a campaign behind a socket."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from reconciler.core.plan import Status
from reconciler.simulator import serve
from tests.faults.api import Simulated
from tests.faults.fleet import environment
from tests.faults.ran import PLAINLY, Ran

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from reconciler.simulator import Request, Response
    from tests.faults.fleet import Fleet

    Hook = Callable[[int, bool], None]

PATIENCE = 60
_FOREVER = 1e9


class File:
    """The journal on the real disk, for whoever asks what is safe."""

    cached = b""
    full = False

    def __init__(self, path: Path) -> None:
        """Know the path; there may be no file yet."""
        self.path = path

    @property
    def kept(self) -> bytes:
        """Give what the file holds."""
        return self.path.read_bytes() if self.path.exists() else b""


class Served(Simulated):
    """Tells a hook of each call: its number, and whether it was processed by then."""

    def __init__(self, fleet: Fleet, folder: Path) -> None:
        """Let all calls pass."""
        self._lock = threading.Lock()
        self.hook: Hook = lambda number, done: None
        super().__init__(fleet)
        self.disk = File(folder / "journal")  # type: ignore[assignment]

    def handle(self, request: Request) -> Response:
        """Answer one request at a time."""
        with self._lock:
            number = len(self.events) + 1
            self.hook(number, False)
            answer = super().handle(request)
            self.hook(number, True)
            return answer


class Machine:
    """A folder, a server, and runs of the command against it."""

    def __init__(self, fleet: Fleet, folder: Path) -> None:
        """Write what is declared."""
        self.fleet, self.folder = fleet, folder
        self.api = Served(fleet, folder)
        (folder / "desired.yaml").write_text(fleet.yaml(), encoding="utf-8")
        self.url = ""

    def start(
        self,
        hook: Hook = lambda number, done: None,
        command: Sequence[str] = ("reconciler",),
    ) -> subprocess.Popen[str]:
        """Start an apply that keeps a journal; `command` is a module, and what it takes first."""
        self.api.begin(lambda _: None, _FOREVER)
        self.api.hook = hook
        self.older = len(self.api.disk.kept)
        own = {"MONGODB_ATLAS_PUBLIC_API_KEY": "a", "MONGODB_ATLAS_PRIVATE_API_KEY": "b"}
        return subprocess.Popen(
            [sys.executable, "-m", *command, "apply", "desired.yaml", "--yes", "--journal",
             "journal", "--format", "json", "--concurrency", "1", "--base-url", self.url],
            cwd=self.folder,
            env=own | environment(self.fleet.declared) | _path(),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def end(self, process: subprocess.Popen[str]) -> Ran:
        """Wait for a run, and give what is known of it."""
        out, err = process.communicate(timeout=PATIENCE)
        code, api = process.returncode, self.api
        if code >= 0 and not out and api.events:  # before those, Python may not be there yet
            raise AssertionError(code, err[-3000:])
        told = _told(json.loads(out), code) if code >= 0 and out else None
        with api._lock:  # noqa: SLF001 - a call may still be under way
            return Ran(
                self.fleet, PLAINLY, dict(api.wanted), told, api.start, api.live, list(api.events),
                list(api.edits), api.disk.kept, self.older, "", "", False, _FOREVER, [out, err],
            )  # fmt: skip


def _told(report: dict[str, Any], code: int) -> Any:
    """Read a report, as far as the invariants ask."""
    operations = {one["number"]: _operation(one) for one in report.get("operations", ())}
    outcomes = [
        SimpleNamespace(
            operation=operations[one["number"]], status=Status(one["status"]), detail=one["detail"]
        )
        for one in report.get("outcomes") or ()
    ]
    begun = any(not one.detail.startswith("the plan was not") for one in outcomes)
    return SimpleNamespace(
        exit=code,
        operations=list(operations.values()),
        outcomes=outcomes,
        problems=(),
        performed=begun,
        settled=False,
    )


def _operation(one: dict[str, Any]) -> Any:
    project = SimpleNamespace(id=one["project"])
    change = SimpleNamespace(key=(one["project"], one["type"]), project=project)
    return SimpleNamespace(
        number=one["number"], method=one["method"], path=one["path"], change=change
    )


def _path() -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


@contextmanager
def machine(fleet: Fleet) -> Iterator[Machine]:
    """Serve a fleet for as long as the block lasts."""
    with tempfile.TemporaryDirectory() as folder:
        made = Machine(fleet, Path(folder))
        with serve(made.api) as server:
            thread = threading.Thread(target=server.serve_forever, args=(0.01,))
            thread.start()
            made.url = f"http://127.0.0.1:{server.server_port}"
            try:
                yield made
            finally:
                server.shutdown()
                thread.join()
        made.api.close()
