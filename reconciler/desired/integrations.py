"""One mapping of the YAML → one `Integration`, checked against its own type's schema."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from reconciler import catalogue
from reconciler.core.address import objection
from reconciler.core.kind import Mask
from reconciler.core.mask import looks_masked
from reconciler.core.policy import refusal
from reconciler.core.problem import Problem, warning
from reconciler.core.secret import Literal, Reference
from reconciler.core.state import Integration
from reconciler.desired.explain import Breach, Level, explain
from reconciler.desired.sensitive import masked_value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.core.kind import Field, Kind
    from reconciler.core.policy import Policy
    from reconciler.core.problem import Place
    from reconciler.core.state import DesiredValue, ProjectRef
    from reconciler.desired.document import Document

_NONE: frozenset[str | None] = frozenset()


class IntegrationReader:
    """Reads the integrations of one document for one API; adds what is wrong to `problems`."""

    def __init__(
        self, document: Document, api: str | None, policy: Policy, problems: list[Problem]
    ) -> None:
        """Read nothing yet. With an API that is not known, only what all types share is checked."""
        self._document = document
        self._api = api
        self._kinds: Mapping[str, Kind] = catalogue.kinds(api) if api else {}
        self._policy = policy
        self._problems = problems

    def read(self, project: ProjectRef, item: Any, mark: int) -> Integration | None:
        """Give the integration, or None where not even its type can be known.

        An integration with problems is given all the same, so that others can be found; whoever
        asked does not use it, since there is a problem.
        """
        type_ = item.get("type") if isinstance(item, dict) else None
        kind = self._kinds.get(type_) if isinstance(type_, str) else None
        if kind is None or "ensure" in item:
            self._check_envelope(item, mark)
        if kind is None:
            return None
        document = self._document
        settings: Mapping[str, DesiredValue] = {}
        absent = item.get("ensure") == "absent"
        if absent:
            self._check_tombstone(item, mark)
        else:
            told = self._check_settings(kind, item, mark)
            settings = self._settings(kind, item, told)
            self._check_references(project, settings, item, told)
        if kind.retired and not absent:
            self._warn_retired(kind, document.placer(item, mark)("type"))
        return Integration(kind.type, settings, absent, document.file, mark, document.marks(item))

    def _check_envelope(self, item: Any, mark: int) -> None:
        place = self._document.placer(item, mark)
        breaches = [Breach.of(e) for e in catalogue.envelope("integration").iter_errors(item)]
        level = Level("an integration", item, place, ("type", "ensure"))
        self._problems += explain(breaches, level)
        if not breaches and self._api and item["type"] not in self._kinds:
            self._problems.append(not_offered(item["type"], self._api, place("type")))

    def _check_settings(self, kind: Kind, item: dict[str, Any], mark: int) -> frozenset[str | None]:
        """Name the settings that are wrong, once they are told."""
        validator = catalogue.as_written(kind.type, self._api or "")
        declared = _without_envelope(item, kind)
        breaches = [Breach.of(error) for error in validator.iter_errors(declared)]
        if not breaches:
            return _NONE
        if item.get("ensure", "present") != "present":  # misspelled, maybe for `absent`
            breaches = [breach for breach in breaches if breach.rule != "required"]
        level = Level(
            kind.type,
            declared,
            self._document.placer(item, mark),
            tuple(kind.fields),
            kind.fields,
            frozenset(item.keys() - declared.keys()),
            offered(kind, self._api),
        )
        self._problems += explain(breaches, level)
        return frozenset(breach.setting for breach in breaches)

    def _settings(
        self, kind: Kind, item: dict[str, Any], told: frozenset[str | None]
    ) -> Mapping[str, DesiredValue]:
        """Put references and literals in the place of what is sensitive; keep names and order."""
        settings: dict[str, DesiredValue] = {}
        for name, value in item.items():
            field = kind.fields.get(name)
            if field is None or not field.sensitive or value is None:
                settings[name] = value
            elif isinstance(value, dict) and len(value) == 1:
                source, key = next(iter(value.items()))
                settings[name] = Reference(str(source), str(key))
            else:
                settings[name] = Literal(str(value))
            if field and isinstance(value, str) and (field.literal or "*" in value):
                self._check_text(field, value, item, told)
        return settings

    def _check_text(
        self, field: Field, text: str, item: dict[str, Any], told: frozenset[str | None]
    ) -> None:
        if field.name in told:
            return
        masked, is_url = looks_masked(text), field.mask is Mask.URL
        wrong = objection(field.name, text, self._policy.hosts) if is_url and not masked else None
        if masked or wrong:
            at = self._document.placer(item, 0)(field.name)
            self._problems.append(replace(wrong, at=at) if wrong else masked_value(field, at))

    def _check_references(
        self,
        project: ProjectRef,
        settings: Mapping[str, DesiredValue],
        item: dict[str, Any],
        told: frozenset[str | None],
    ) -> None:
        for name, value in settings.items():
            if not isinstance(value, Reference) or name in told:
                continue
            refused = refusal(self._policy, project, value)
            if refused:
                at = self._document.placer(item, 0)(name)
                self._problems.append(replace(refused, at=at))

    def _check_tombstone(self, item: dict[str, Any], mark: int) -> None:
        """Look at what a tombstone leaves in for one thing alone: secrets written out."""
        place = self._document.placer(item, mark)
        for name in catalogue.secrets():
            value = item.get(name)
            if value is not None and not isinstance(value, dict):
                sentence = f"{name} must refer to a secret, and never hold it"
                hint = "remove it: a tombstone needs no settings"
                self._problems.append(Problem("literal-secret", sentence, hint, place(name)))

    def _warn_retired(self, kind: Kind, at: Place) -> None:
        sentence = f"{kind.type} is retired: {kind.retired}"
        hint = "move to another type, then declare `ensure: absent`"
        self._problems.append(warning("retired-type", sentence, hint, at))


def not_offered(type_: str, api: str, at: Place) -> Problem:
    """Refuse a type that other APIs offer."""
    offering = ", ".join(catalogue.dialects_of(type_))
    sentence = f"{type_} is not offered by the API {api}"
    hint = f"it is offered by {offering}; remove it here"
    return Problem("type-not-offered", sentence, hint, at)


def offered(kind: Kind, api: str | None) -> Callable[[str], str]:
    """Give what says where a setting is offered that this API lacks, if anywhere."""

    def told(name: str) -> str:
        part = catalogue.schema(f"integrations/{kind.type}")["properties"].get(name)
        if part is None or "x-dialects" not in part:
            return ""
        return f"it is offered by {', '.join(part['x-dialects'])}, not by {api}; remove it here"

    return told


def _without_envelope(item: dict[str, Any], kind: Kind) -> dict[str, Any]:
    """Leave out `ensure`, and nulls of known settings: a null means that live must not have it."""
    if "ensure" not in item and None not in item.values():
        return item
    return {
        name: value
        for name, value in item.items()
        if name != "ensure" and not (value is None and name in kind.fields)
    }
