"""Run a program that knows secrets: bounded in time and output, with few variables, no shell.

What it writes to stderr is looked at by its own source alone, and never passed on.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING

from reconciler.secrets.source import Unavailable, Unresolved, down, missing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SECONDS = 30.0
MOST_BYTES = 4 * 1024 * 1024
MOST_INPUT = 60 * 1024
"""Less than a pipe holds, so that a program that reads nothing keeps nobody waiting."""

_EVERY = (
    "PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR",
    "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR",
    "SSL_CERT_FILE", "SSL_CERT_DIR",
    "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "https_proxy", "http_proxy", "no_proxy",
)  # fmt: skip
_running: set[subprocess.Popen[bytes]] = set()


@dataclass(frozen=True, slots=True)
class Done:
    """How a program ended, and what it wrote."""

    code: int
    output: bytes = field(repr=False)
    errors: bytes = field(repr=False)


def run(argv: Sequence[str], variables: Iterable[str] = (), given: bytes = b"") -> Done:
    """Run a program to its end; `given` is its stdin.

    It gets a few variables that every program needs, and those named. Raises Unavailable when it
    cannot be started, takes longer than half a minute, or writes more than 4 MiB.
    """
    process = _start(argv, variables)
    _running.add(process)
    try:
        return _finish(process, given, argv[0])
    finally:
        _end(process)
        _running.discard(process)


def end_all() -> None:
    """End every program that still runs: nobody will use what it writes.

    Its pipes are left to the thread that reads them, which would not notice that they were closed.
    """
    for process in list(_running):
        _kill(process)


def _start(argv: Sequence[str], variables: Iterable[str]) -> subprocess.Popen[bytes]:
    environment = {name: os.environ[name] for name in (*_EVERY, *variables) if name in os.environ}
    try:
        return subprocess.Popen(  # noqa: S603 - no shell, and the operator chose the program
            argv,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # it has no terminal to ask on, and is ended with its children
        )
    except (OSError, ValueError) as error:
        found = not isinstance(error, FileNotFoundError)
    verb = "cannot be started" if found else "is not installed, or not on PATH"
    hint = "check its permissions" if found else f"install {argv[0]}, or put it on PATH"
    sentence = f"the program {argv[0]} {verb}"
    raise Unavailable(Unresolved("missing-program", sentence, hint, everywhere=True))


def _finish(process: subprocess.Popen[bytes], given: bytes, name: str) -> Done:
    assert process.stdin  # noqa: S101 - it is a pipe
    with suppress(BrokenPipeError), process.stdin:
        process.stdin.write(given[:MOST_INPUT])
    deadline = monotonic() + SECONDS
    written = _drain(process, deadline, name)
    with suppress(subprocess.TimeoutExpired):
        return Done(process.wait(max(0.0, deadline - monotonic())), *written)
    raise _slow(name)


def _drain(process: subprocess.Popen[bytes], deadline: float, name: str) -> tuple[bytes, bytes]:
    """Read stdout and stderr side by side until both end."""
    output, errors = bytearray(), bytearray()
    with selectors.DefaultSelector() as selector:
        for stream, content in ((process.stdout, output), (process.stderr, errors)):
            assert stream  # noqa: S101 - it is a pipe
            selector.register(stream, selectors.EVENT_READ, content)
        while selector.get_map():
            ready = selector.select(max(0.0, deadline - monotonic()))
            if not ready:
                raise _slow(name)
            for key, _ in ready:
                chunk = os.read(key.fd, 64 * 1024)
                key.data.extend(chunk)
                if not chunk:
                    selector.unregister(key.fileobj)
                if len(key.data) > MOST_BYTES:
                    sentence = f"the program {name} wrote more than {MOST_BYTES >> 20} MiB"
                    raise missing(sentence, "refer to something smaller")
    return bytes(output), bytes(errors)


def _slow(name: str) -> Unavailable:
    sentence = f"the program {name} took longer than {SECONDS:.0f} seconds"
    return down(sentence, f"run {name} by hand, and see what it waits for")


def _end(process: subprocess.Popen[bytes]) -> None:
    _kill(process)
    for stream in (process.stdout, process.stderr):
        if stream:
            stream.close()


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.wait()
