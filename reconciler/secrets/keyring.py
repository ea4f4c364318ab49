"""`{keyring: SERVICE/USER}`: the keyring of the person at this machine, through `keyring`.

A keyring may wait for its owner without end, so it is asked by another process, which is asked for
everything at once and given half a minute. In CI there is nobody to open one.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.secrets import child, content
from reconciler.secrets.batch import each
from reconciler.secrets.source import Resolved, Unresolved, down, library, missing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.secrets.source import Answer

VARIABLES = (
    "DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "GNUPGHOME",
    "PYTHON_KEYRING_BACKEND", "KEYRING_PROPERTY_SCHEME", "KEYRING_PROPERTY_FILE_PATH",
    "KEYRING_PROPERTY_KEYCHAIN", "KEYRING_PROPERTY_PREFERRED_COLLECTION",
)  # fmt: skip
_ASK = Path(__file__).with_name("ask_keyring.py")


def fetch(names: Sequence[str]) -> Mapping[str, Answer]:
    """Ask for everything at once."""
    [answers] = each([tuple(names)], _ask).values()
    if isinstance(answers, Unresolved):
        return dict.fromkeys(names, answers)
    return {name: _answer(answers.get(name), name) for name in names}


def _ask(names: tuple[str, ...]) -> dict[str, str | None]:
    if os.environ.get("CI"):
        hint = "in CI, keep the secret where CI can reach it: env, file, or a secret store"
        raise down("a keyring belongs to a person, and this is CI", hint)
    library("keyring", "keyring")
    # With -P nothing is imported from the working directory, which a pull request may fill.
    argv = (sys.executable, "-P", str(_ASK))
    done = child.run(argv, VARIABLES, json.dumps([_parse(name) for name in names]).encode())
    told = content.parse(done.output or "{}", "what the keyring says")
    if done.code != 0 or "values" not in told:
        fault = content.within(told, "error") or "unknown"
        hint = "check it with `keyring diagnose`, and unlock it"
        raise down(f"the keyring cannot be read ({fault})", hint)
    return dict(zip(names, told["values"], strict=True))


def _parse(name: str) -> tuple[str, str]:
    service, _, user = name.rpartition("/")
    return service, user


def _answer(value: str | None, name: str) -> Answer:
    if value is not None:
        return Resolved(value)
    service, user = _parse(name)
    sentence = f"the keyring has nothing for the service {service} and the user {user}"
    return missing(sentence, "keyring set SERVICE USER").why
