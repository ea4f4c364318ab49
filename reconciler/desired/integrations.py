"""One mapping of the YAML → one `Integration`, checked against its own type's schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler import catalogue
from reconciler.core.kind import Mask
from reconciler.core.problem import Problem, warning
from reconciler.core.secret import Literal, Reference, looks_masked
from reconciler.core.state import Integration
from reconciler.desired.explain import Level, explain, masked_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.core.kind import Kind
    from reconciler.core.state import DesiredValue
    from reconciler.desired.document import Document


class IntegrationReader:
    """Reads the integrations of one document for one API; adds what is wrong to `problems`."""

    def __init__(self, document: Document, api: str, problems: list[Problem]) -> None:
        """Read nothing yet."""
        self._document = document
        self._api = api
        self._kinds = catalogue.kinds(api)
        self._problems = problems

    def read(self, item: Any, mark: int) -> Integration | None:
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
        absent = item.get("ensure") == "absent"
        if not absent:
            self._check_settings(kind, item, mark)
        if kind.retired and not absent:
            self._warn_retired(kind, item)
        settings = {} if absent else self._settings(kind, item)
        document = self._document
        return Integration(
            kind.type, settings, absent, document.file, mark, document.marks(item)
        )

    def _check_envelope(self, item: Any, mark: int) -> None:
        place = self._document.placer(item, mark)
        level = Level("an integration", item, place, ("type", "ensure"))
        errors = list(catalogue.envelope("integration").iter_errors(item))
        self._problems += explain(errors, level)
        if not errors and item["type"] not in self._kinds:
            offering = ", ".join(catalogue.dialects_of(item["type"]))
            sentence = f"{item['type']} is not offered by the API {self._api}"
            hint = f"it is offered by {offering}"
            self._problems.append(Problem("type-not-offered", sentence, hint, place("type")))

    def _check_settings(self, kind: Kind, item: dict[str, Any], mark: int) -> None:
        validator = catalogue.as_written(kind.type, self._api)
        declared = _without_envelope(item, kind)
        errors = list(validator.iter_errors(declared))
        if errors:
            place = self._document.placer(item, mark)
            level = Level(
                kind.type, declared, place, tuple(kind.fields), kind.fields, self._offered(kind)
            )
            self._problems += explain(errors, level)

    def _offered(self, kind: Kind) -> Any:
        def offered(name: str) -> str:
            part = catalogue.schema(f"integrations/{kind.type}")["properties"].get(name)
            return f"it is offered by {', '.join(part['x-dialects'])}" if part else ""

        return offered

    def _settings(self, kind: Kind, item: dict[str, Any]) -> Mapping[str, DesiredValue]:
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
                self._check_literal(name, str(value), item, field.mask)
        return settings

    def _check_literal(
        self, name: str, text: str, item: dict[str, Any], mask: Mask | None
    ) -> None:
        at = self._document.place(item, name)
        if looks_masked(text):
            self._problems.append(masked_value(name, at))
        elif mask is Mask.URL and text.lower().startswith("http:"):
            hint = "use https, so that nobody on the way can read it"
            self._problems.append(warning("insecure-url", f"{name} is not https", hint, at))

    def _warn_retired(self, kind: Kind, item: dict[str, Any]) -> None:
        sentence = f"{kind.type} is retired: {kind.retired}"
        hint = "move to another type, then declare `ensure: absent`"
        at = self._document.place(item, "type")
        self._problems.append(warning("retired-type", sentence, hint, at))


def _without_envelope(item: dict[str, Any], kind: Kind) -> dict[str, Any]:
    """Leave out `ensure`, and nulls of known settings: a null means that live must not have it."""
    if "ensure" not in item and None not in item.values():
        return item
    return {
        name: value
        for name, value in item.items()
        if name != "ensure" and not (value is None and name in kind.fields)
    }
