"""Lists under `ignore` → rules, each checked against what the API has to be ignored."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from reconciler import catalogue
from reconciler.core.problem import Place, Problem, did_you_mean, quote
from reconciler.core.state import Ignore
from reconciler.desired.explain import Breach, Level, explain
from reconciler.desired.integrations import not_offered, offered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from reconciler.core.kind import Kind
    from reconciler.desired.document import Document


class IgnoreReader:
    """Reads the rules of one document for one API; adds what is wrong to `problems`."""

    def __init__(self, document: Document, api: str | None, problems: list[Problem]) -> None:
        """Read nothing yet. With an API that is not known, only the form of rules is checked."""
        self._document = document
        self._api = api
        self._kinds: Mapping[str, Kind] = catalogue.kinds(api) if api else {}
        self._problems = problems

    def read(self, items: Any) -> tuple[Ignore, ...]:
        """Give the rules of one list; what is no list has been told of."""
        if not isinstance(items, list):
            return ()
        firsts: dict[tuple[str, str | None], Ignore] = {}
        for mark, item in zip(self._document.marks(items), items, strict=True):
            rule = self._rule(item, mark)
            first = firsts.setdefault((rule.type, rule.field), rule) if rule else None
            if rule and first is not rule:
                sentence = f"{rule.field or rule.type} is ignored a second time"
                hint = f"the first rule is at {first.at}; keep one of them" if first else ""
                self._problems.append(Problem("duplicate-rule", sentence, hint, rule.at))
        return tuple(firsts.values())

    def _rule(self, item: Any, mark: int) -> Ignore | None:
        place = self._document.placer(item, mark)
        breaches = [Breach.of(e) for e in catalogue.envelope("ignore").iter_errors(item)]
        known = catalogue.schema("desired-state")["$defs"]["ignore"]["properties"]
        self._problems += explain(breaches, Level("an ignore rule", item, place, tuple(known)))
        if breaches:
            return None
        self._problems += self._unknown(item, place)
        until = self._day(item["until"], place("until"))
        if until is None:
            return None
        field = item.get("field")
        return Ignore(item["type"], field, item["reason"], until, self._document.file, mark)

    def _day(self, text: str, at: Place) -> date | None:
        try:
            return date.fromisoformat(text)
        except ValueError:
            sentence = f"until is no day of the calendar: {text}"
            self._problems.append(Problem("bad-format", sentence, "correct the day", at))
        return None

    def _unknown(
        self, item: dict[str, Any], place: Callable[[str | None], Place]
    ) -> Iterator[Problem]:
        """Tell of a type or a setting that this API does not have."""
        type_, name = item["type"], item.get("field")
        kind = self._kinds.get(type_)
        if self._api and kind is None:
            yield not_offered(type_, self._api, place("type"))
        elif kind and name is not None and name not in kind.fields:
            elsewhere = offered(kind, self._api)(name)
            code = "setting-not-offered" if elsewhere else "unknown-setting"
            sentence = f"{type_} has no setting {quote(name)}{' in this API' * bool(elsewhere)}"
            near = did_you_mean(name, kind.fields) or f"it has {', '.join(kind.fields)}"
            yield Problem(code, sentence, elsewhere or near, place("field"))


def merged(own: Sequence[Ignore], general: Sequence[Ignore]) -> tuple[Ignore, ...]:
    """Put a project's rules before those of its file, which they replace where both speak.

    A rule about the whole integration comes first, since it covers what the others do.
    """
    keys = {(rule.type, rule.field) for rule in own}
    rules = [*own, *(rule for rule in general if (rule.type, rule.field) not in keys)]
    return tuple(sorted(rules, key=lambda rule: rule.field is not None))
