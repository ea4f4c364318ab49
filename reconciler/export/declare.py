"""Decide what a desired state says of a live project, so that a plan of it changes nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from reconciler import catalogue
from reconciler.core.kind import Echo
from reconciler.core.mask import looks_masked
from reconciler.core.problem import warning
from reconciler.core.secret import is_empty

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from reconciler.core.kind import Field, Kind, Plain
    from reconciler.core.problem import Problem
    from reconciler.core.secret import Masked, Secret
    from reconciler.core.state import LiveIntegration, LiveProject, LiveValue, ProjectRef

_UNKNOWN_TYPE = "this tool does not know the type"
_UNKNOWN_SETTING = "this tool does not know the setting"
_LACKING = "the API does not show all that it needs"
_STAND_IN = {"env": "SECRET"}
_EMPTY = "it is empty"
_BAD_VALUE = "its value is none that this tool knows"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting to declare; a `value` of None is that of a secret, which is only referred to."""

    name: str
    value: Plain | None
    shown: bool
    """Whether the API shows anything of it."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A type or a setting that is live and not declared, and the end of a sentence that says why.

    The name is the API's, and may be any text at all.
    """

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Declared:
    """One integration: its settings in the order of the schema."""

    type: str
    settings: tuple[Setting, ...]
    left_out: tuple[LeftOut, ...]
    unset: tuple[str, ...] = ()
    """Settings that live must not have."""

    @property
    def empty(self) -> set[str]:
        """Name the secrets that are left out because they are empty, which is as good as unset."""
        return {part.name for part in self.left_out if part.why == _EMPTY}


@dataclass(frozen=True, slots=True)
class Declaration:
    """One project: its integrations sorted by type, and the types that cannot be declared."""

    ref: ProjectRef
    integrations: tuple[Declared, ...]
    left_out: tuple[LeftOut, ...]
    tombstones: tuple[str, ...] = ()
    """Types that live must not have."""

    @property
    def sort_key(self) -> tuple[str, str]:
        """Order by name, then by id."""
        return (self.ref.name or "", self.ref.id or "")

    def warnings(self) -> list[Problem]:
        """Warn of each integration that cannot be declared."""
        return [
            warning(
                "undeclarable",
                f"{part.name} of {self.ref} is left out: {part.why}",
                "a plan leaves it alone; look at it in the web interface",
            )
            for part in self.left_out
        ]


def declare(api: str, live: LiveProject, covers: Callable[[str], bool]) -> Declaration:
    """Say what to declare of a project, of the types that are covered.

    A setting at its default is not declared. What the reader of a desired state would refuse is
    left out, and the whole integration with it where leaving it out would mean another value.
    """
    kinds = catalogue.kinds(api)
    found = [
        _whole(api, _integration(kinds, live.integrations[type_]))
        for type_ in sorted(live.integrations)
        if covers(type_)
    ]
    return Declaration(
        _declarable_ref(live.ref),
        tuple(each for each in found if isinstance(each, Declared)),
        tuple(each for each in found if isinstance(each, LeftOut)),
    )


def _declarable_ref(ref: ProjectRef) -> ProjectRef:
    """Leave out a name that no file can hold, or none should: the id is enough."""
    known = catalogue.envelope("project").is_valid({"name": ref.name, "integrations": []})
    return ref if known and _is_text(ref.name or "") else replace(ref, name=None)


def _integration(kinds: Mapping[str, Kind], live: LiveIntegration) -> Declared | LeftOut:
    kind = kinds.get(live.type)
    if kind is None:
        return LeftOut(live.type, _UNKNOWN_TYPE)
    found = [part for field in kind.fields.values() for part in _setting(kind, field, live)]
    left_out = [part for part in found if isinstance(part, LeftOut)]
    for part in left_out:
        field = kind.fields[part.name]
        if field.required or field.default is not None:
            return LeftOut(live.type, f"{part.name}: {part.why}")
    left_out += [LeftOut(name, _UNKNOWN_SETTING) for name in live.unknown]
    settings = tuple(part for part in found if isinstance(part, Setting))
    return Declared(live.type, settings, tuple(left_out))


def _whole(api: str, found: Declared | LeftOut) -> Declared | LeftOut:
    """Leave out an integration of which the API shows less than a declaration needs."""
    if isinstance(found, LeftOut):
        return found
    written = {
        part.name: _STAND_IN if part.value is None else part.value for part in found.settings
    }
    is_valid = catalogue.as_written(found.type, api).is_valid({"type": found.type, **written})
    return found if is_valid else LeftOut(found.type, _LACKING)


def _setting(kind: Kind, field: Field, live: LiveIntegration) -> Iterator[Setting | LeftOut]:
    """Give the setting, or why it cannot be declared, or nothing where there is none to declare."""
    shown = live.settings.get(field.name)
    if field.sensitive:
        yield from _secret(field, cast("Masked | Secret | None", shown))
    elif shown is None:
        if field.required:
            yield LeftOut(field.name, "the API does not show it, and it is required")
    elif not _is_default(field, shown):
        yield _plain(kind, field, cast("Plain", shown))


def _secret(field: Field, shown: Masked | Secret | None) -> Iterator[Setting | LeftOut]:
    """Declare a secret that is there, must be there, or may be there for all that can be seen."""
    is_there = shown is not None and not is_empty(shown)
    if is_there or field.required or field.echo is Echo.ABSENT:
        yield Setting(field.name, None, shown=shown is not None)
    elif shown is not None:
        yield LeftOut(field.name, _EMPTY)


def _plain(kind: Kind, field: Field, shown: Plain) -> Setting | LeftOut:
    """Declare what is shown in full, if the reader of a desired state would take it."""
    is_no_text = isinstance(shown, str) and (looks_masked(shown) or not _is_text(shown))
    if is_no_text or not catalogue.setting_as_sent(kind.type, field.name).is_valid(shown):
        return LeftOut(field.name, _BAD_VALUE)
    return Setting(field.name, shown, shown=True)


def _is_default(field: Field, shown: LiveValue) -> bool:
    """Tell whether a value is the default. `True` and `1` are equal to Python, not to the API."""
    return type(shown) is type(field.default) and shown == field.default


def _is_text(text: str) -> bool:
    """Tell whether a file can hold a text: JSON may have halves of characters, and UTF-8 none."""
    return not any("\ud800" <= character <= "\udfff" for character in text)
