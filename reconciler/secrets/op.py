"""`{op: op://VAULT/ITEM/FIELD}`: 1Password, through its own command line `op`; one call per item.

Names and ids are both taken, in any case, as `op read` takes them. The form of an item is that of
`op item get --format json`, version 2 of the command line.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from reconciler.secrets import child, content
from reconciler.secrets.batch import each
from reconciler.secrets.source import Resolved, Unavailable, Unresolved, down, missing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reconciler.secrets.source import Answer

VARIABLES = (
    "OP_SERVICE_ACCOUNT_TOKEN", "OP_CONNECT_HOST", "OP_CONNECT_TOKEN", "OP_ACCOUNT",
    "OP_CONFIG_DIR", "OP_CACHE", "OP_BIOMETRIC_UNLOCK_ENABLED",
)  # fmt: skip
SESSION = "OP_SESSION"
_SCHEME = "op://"
_ABSENT = ("isn't an item", "isn't a vault", "not found", "couldn't find")
_NOBODY = ("sign", "session", "token", "account", "credential", "authori")


class _Item(NamedTuple):
    vault: str
    item: str

    def __str__(self) -> str:
        return f"{_SCHEME}{self.vault}/{self.item}"


def fetch(names: Sequence[str]) -> Mapping[str, Answer]:
    """Read each item once, and take the fields out."""
    wanted = {name: _parse(name) for name in names}
    items = each((item for item, _ in wanted.values()), _read)
    return {name: _pick(items[item], field, item) for name, (item, field) in wanted.items()}


def _parse(name: str) -> tuple[_Item, list[str]]:
    vault, item, *field = name.removeprefix(_SCHEME).split("/")
    return _Item(vault, item), field


def _read(item: _Item) -> Any:
    argv = ("op", "item", "get", "--format=json", f"--vault={item.vault}", "--", item.item)
    done = child.run(argv, (*VARIABLES, *_sessions()))
    if done.code == 0:
        return content.parse(done.output, f"what op says of {item}")
    raise _fault(done.errors.decode(errors="replace").casefold(), item)


def _sessions() -> Iterator[str]:
    """Name the variables in which `op signin` leaves its sessions, one for each account."""
    return (name for name in os.environ if name == SESSION or name.startswith(f"{SESSION}_"))


def _fault(told: str, item: _Item) -> Unavailable:
    """Say what `op` meant; what it wrote is not passed on."""
    if any(words in told for words in _ABSENT):
        return missing(f"1Password has no {item}", "check the vault and the item")
    if "more than one item" in told:
        return missing(f"1Password has several {item}", "refer to the item by its id")
    if any(words in told for words in _NOBODY):
        hint = "set OP_SERVICE_ACCOUNT_TOKEN, or sign in with op"
        return down("nobody is signed in to 1Password", hint)
    return missing(f"op cannot read {item}", "try it by hand: op item get")


def _pick(found: Any, field: list[str], item: _Item) -> Answer:
    if isinstance(found, Unresolved):
        return found
    try:
        value = content.text(_field(found, field, item), f"{'/'.join(field)} of {item}")
        version = content.within(found, "version")  # of the item, as is the time of its change
        return Resolved(value, str(version) if version else None)
    except Unavailable as error:
        return error.why


def _field(found: Any, path: list[str], item: _Item) -> Any:
    fields = content.within(found, "fields")
    near = [one for one in fields or () if _is_named(one, path)]
    exact = near if len(near) == 1 else [one for one in near if not content.within(one, "section")]
    name = "/".join(path)
    if not near:
        raise missing(f"{item} in 1Password has no field {name}", "check the name of the field")
    if len(exact) != 1:
        hint = "name its section: op://VAULT/ITEM/SECTION/FIELD"
        raise missing(f"{item} in 1Password has several fields {name}", hint)
    return content.within(exact[0], "value")


def _is_named(field: Any, path: list[str]) -> bool:
    *section, name = path
    return _answers_to(field, name) and all(
        _answers_to(content.within(field, "section"), wanted) for wanted in section
    )


def _answers_to(thing: Any, name: str) -> bool:
    known = (content.within(thing, "id"), content.within(thing, "label"))
    return any(isinstance(text, str) and text.casefold() == name.casefold() for text in known)
