"""Leaks that are put into the product on purpose, each with what is run to see it found."""

from __future__ import annotations

import base64
import hashlib
import html
import logging
import os
import subprocess
import sys
import threading
import traceback
from contextlib import contextmanager
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock
from urllib.parse import quote

from reconciler.api.http_session import Session
from reconciler.api.transport import Transport
from reconciler.core import secret
from reconciler.core.problem import Problem
from reconciler.secrets import child
from reconciler.simulator import Service
from tests.leaks import children, network
from tests.leaks.case import Case
from tests.leaks.mistakes import HEAD
from tests.leaks.roads import APPLY, RECEIPTS, SIMULATE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.leaks.world import World

PLAN = ("plan", "d.yaml", *SIMULATE)


def leaks() -> Iterator[Case]:
    """Give a case for each leak; a detector that is worth its name hits in every one of them."""
    for name, form in _FORMS.items():
        yield Case(f"a report shows {name}", partial(_describing, form=form))
    yield Case("a file in the home", partial(_on_resolve, leak=_to_home))
    yield Case("a file among the temporary ones", partial(_on_resolve, leak=_to_temporary))
    yield Case("a name of a file", partial(_on_resolve, leak=_to_name))
    yield Case("UTF-16 in a file", partial(_on_resolve, leak=_to_utf_16))
    yield Case("an argument of a program", partial(_on_resolve, leak=_to_argument))
    yield Case("a variable of a program", partial(_on_resolve, leak=_to_variable))
    yield Case("a log", partial(_on_resolve, leak=logging.getLogger("x").warning, logs=True))
    yield Case("an error in a thread", partial(_on_resolve, leak=_to_thread))
    yield Case("a trace with bodies", _tracing)
    yield Case("an error with its message", _messages)
    yield Case("a traceback as the last word", _traceback)
    yield Case("an unkeyed digest in a receipt", _unkeyed)
    yield Case("the API's own text", _quoting)
    yield Case("a key of the desired state", _quoting_keys)
    yield Case("every variable for a program", _all_variables)
    yield Case("a proxy of the environment", _trusting)
    yield Case("a redirect that is followed", _redirected)
    yield Case("a log of the simulator", _logged_by_the_simulator)
    yield Case("what http.client prints to debug", _debugging)


_FORMS: dict[str, Callable[[str], str]] = {
    "a secret": str,
    "the first half": lambda value: value[: len(value) // 2],
    "eight characters": lambda value: value[9:17],
    "a tail": lambda value: "****" + value[-4:],
    "it backwards": lambda value: value[::-1],
    "it as a URL has it": lambda value: quote(value, safe=""),
    "it in base64": lambda value: base64.b64encode(value.encode()).decode(),
    "it in base64 behind something": lambda value: base64.b64encode(
        b"k:" + value.encode()
    ).decode(),
    "it in base32": lambda value: base64.b32encode(value.encode()).decode(),
    "it in hex": lambda value: value.encode().hex(),
    "it as HTML has it": lambda value: "".join(f"&#{ord(sign)};" for sign in value),
    "it as HTML has some of it": html.escape,
    "it in capitals": str.upper,
    "its MD5": lambda value: hashlib.md5(value.encode()).hexdigest(),  # noqa: S324 - a leak
    "its SHA-1": lambda value: hashlib.sha1(value.encode()).hexdigest(),  # noqa: S324 - a leak
    "its SHA-256": lambda value: hashlib.sha256(value.encode()).hexdigest(),
    "the beginning of its SHA-256": lambda value: hashlib.sha256(value.encode()).hexdigest()[:16],
    "its SHA-512 in base64": lambda value: base64.b64encode(
        hashlib.sha512(value.encode()).digest()
    ).decode(),
    "its SHA-3": lambda value: hashlib.sha3_256(value.encode()).hexdigest(),
}


def _value(hidden: object) -> str:
    return secret._VALUES[hidden]  # noqa: SLF001 - what no product may do


def _describing(world: World, form: Callable[[str], str]) -> None:
    def describe(value: object) -> str:
        return form(_value(value)) if isinstance(value, secret.Secret) else "(masked)"

    with everywhere("describe", describe):
        world.run(*PLAN, "--format", "json")


@contextmanager
def everywhere(name: str, stand_in: object) -> Iterator[None]:
    """Put something in the place of a function, in each module that uses it."""
    modules = [one for key, one in sys.modules.items() if key.startswith("reconciler.")]
    before = [(one, vars(one)[name]) for one in modules if name in vars(one)]
    for module, _ in before:
        setattr(module, name, stand_in)
    try:
        yield
    finally:
        for module, was in before:
            setattr(module, name, was)


def _on_resolve(world: World, leak: Callable[[str], object], *, logs: bool = False) -> None:
    """Leak a value as soon as it is known."""
    made = secret.Secret.__init__

    def init(self: secret.Secret, value: str, *given: object, **named: object) -> None:
        made(self, value, *given, **named)
        if len(value) > 20 and not done:
            done.append(value)
            leak(value)

    done: list[str] = []
    with mock.patch.object(secret.Secret, "__init__", init):
        if logs:
            with mock.patch("reconciler.cli.options.silence_libraries"), _no_handlers():
                world.run(*PLAN)
        else:
            world.run(*PLAN)


@contextmanager
def _no_handlers() -> Iterator[None]:
    """Log as Python does where nobody has asked for a log, the test runner included."""
    with mock.patch.object(logging.getLogger(), "handlers", []):
        yield


def _to_home(value: str) -> None:
    (Path(os.environ["HOME"]) / ".cache").write_text(value)


def _to_temporary(value: str) -> None:
    (Path(os.environ["TMPDIR"]) / "x").write_text(value)


def _to_name(value: str) -> None:
    Path(quote(value, safe="")).touch()


def _to_utf_16(value: str) -> None:
    Path("dump").write_text(value, encoding="utf-16")


def _to_argument(value: str) -> None:
    subprocess.run(
        ["/bin/sh", "-c", 'tr "\\0" " " < /proc/$$/cmdline > argv', "x", value], check=True
    )


def _to_variable(value: str) -> None:
    subprocess.run(["/bin/sh", "-c", "env > environment"], env={"X": value}, check=True)


def _to_thread(value: str) -> None:
    def fail() -> None:
        raise RuntimeError(value)

    with mock.patch("threading.excepthook", threading.__excepthook__):
        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()


def _tracing(world: World) -> None:
    send = Transport.send

    def telling(self: Transport, method: str, path: str, **given: object) -> object:
        sys.stderr.write(f"{method} {path} {given.get('body')}\n")
        return send(self, method, path, **given)

    with mock.patch.object(Transport, "send", telling):
        world.run(*APPLY, "--allow-updates", "10")


def _fail_with(world: World) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(world.planted.canaries.values["carried by an error"])

    return fail


def _messages(world: World) -> None:
    with (
        mock.patch("reconciler.steps.look.diff", _fail_with(world)),
        mock.patch("reconciler.run.mistake", lambda error: Problem("internal-error", str(error))),
    ):
        world.run(*PLAN)


def _traceback(world: World) -> None:
    def tell(error: BaseException) -> None:
        sys.stderr.write("".join(traceback.format_exception(error)))

    with (
        mock.patch("reconciler.cli.plan.show", _fail_with(world), create=True),
        mock.patch("reconciler.cli.last_word.tell", tell),
    ):
        world.run(*PLAN)


def _unkeyed(world: World) -> None:
    def digest(key: object, context: object, hidden: object, **_: object) -> bytes:
        if hidden is None:
            return b"0" * 16
        return hashlib.sha256(_value(hidden).encode()).digest()[:16]

    with everywhere("keyed_digest", digest):
        world.run(*APPLY, "--allow-updates", "10", *RECEIPTS)


def _quoting(world: World) -> None:
    with (
        mock.patch.object(secret.Ends, "are_in", return_value=False),
        everywhere("echoes", lambda *_: False),
        everywhere("looks_masked", lambda _: False),
    ):
        network.meet(world, network.FAULTS["known error"], network.COMMANDS["apply"])


def _quoting_keys(world: World) -> None:
    canary = world.planted.canaries.values["misplaced"]
    world.write("d.yaml", f"{HEAD}      - {{type: SLACK, {canary}: x}}\n")
    with everywhere("quote", repr):
        world.run("validate", "d.yaml")


def _all_variables(world: World) -> None:
    every = (*child._EVERY, *world.planted.environment)  # noqa: SLF001 - as above
    with mock.patch.object(child, "_EVERY", every):
        children.refer(world, "op", children.ACTS["gives it"])


def _trusting(world: World) -> None:
    ask = Session.ask

    def trusting(self: Session, *given: object, **named: object) -> object:
        self.proxies = {"http": os.environ["HTTP_PROXY"]}
        return ask(self, *given, **named)

    with mock.patch.object(Session, "ask", trusting):
        network.meet(world, network.FAULTS["cookie"], network.COMMANDS["plan"])


def _redirected(world: World) -> None:
    def send(self: Session, request: object, **options: object) -> object:
        return before(self, request, **{**options, "allow_redirects": True})

    before = Session.send
    target = Session.__mro__[1].get_redirect_target
    with (
        mock.patch.object(Session, "send", send),
        mock.patch.object(Session, "get_redirect_target", target),
    ):
        network.meet(world, network.FAULTS["redirect 307"], network.COMMANDS["apply"])


def _logged_by_the_simulator(world: World) -> None:
    handle = Service.handle

    def telling(self: Service, request: object) -> object:
        sys.stderr.write(f"{request}\n")
        return handle(self, request)

    with mock.patch.object(Service, "handle", telling):
        world.run(*APPLY, "--allow-updates", "10")


def _debugging(world: World) -> None:
    with mock.patch.object(HTTPConnection, "debuglevel", 1):
        network.meet(world, network.FAULTS["cookie"], network.COMMANDS["apply"])
