"""Compare the settings of one integration with what the API shows of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from reconciler.core.change import FieldChange
from reconciler.core.kind import Echo, Field, Kind, Mask, Plain
from reconciler.core.secret import (
    HIDDEN,
    UNPROVEN,
    Literal,
    Masked,
    Reference,
    Secret,
    Verdict,
    describe,
    judge,
    shown_alike,
)
from reconciler.core.witness import Sighting, Statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from reconciler.core.secret import Sensitive
    from reconciler.core.state import DesiredValue, Integration, LiveIntegration, LiveValue
    from reconciler.core.witness import Witness


_SENSITIVE = (Reference, Literal, Secret)


def wanted(kind: Kind, desired: Integration) -> Iterator[tuple[Field, DesiredValue]]:
    """Walk the settings that a declaration wants, defaults stated, in the schema's order.

    A value of None means that live must not have the setting. One that is neither declared nor has
    a default does not come.
    """
    settings = desired.settings
    for name, field in kind.fields.items():
        if name in settings:
            yield field, settings[name]
        elif field.default is not None:
            yield field, field.default


def compare(
    kind: Kind,
    desired: Integration,
    live: LiveIntegration,
    witnesses: Iterable[Witness] = (),
    project: str = "",
) -> tuple[FieldChange, ...]:
    """List the settings that are not the same, in the schema's order, unknown ones last.

    Where a mask proves nothing about a secret, the witnesses are asked, each after the other;
    they want the project's id.
    A default that the API does not show counts as shown. Settings equal on both sides never reach
    deepdiff, which costs a thousand times as much as `==`.
    """
    before: dict[str, object] = {}
    after: dict[str, object] = {}
    unproven: dict[str, Verdict] = {}
    evidence: dict[str, str] = {}
    for field, value in wanted(kind, desired):
        name = field.name
        shown = live.settings.get(name)
        if field.sensitive:
            verdict = _judge(kind, field, shown, value)
            if verdict in UNPROVEN and witnesses and isinstance(value, Secret | Literal):
                seen = Sighting(project, live, field, cast("Masked | None", shown), value)
                verdict, evidence[name] = _hear(seen, verdict, witnesses)
            if verdict is Verdict.DIFFERENT:
                before[name], after[name] = None, _Judged(name)
            elif verdict is not Verdict.SAME:
                unproven[name] = verdict
        else:
            before[name] = field.default if shown is None and value is not None else shown
            after[name] = value
    verdicts = dict.fromkeys(_differing(before, after), Verdict.DIFFERENT) | unproven
    verdicts |= dict.fromkeys(_undeclared(kind, desired, live), Verdict.UNDECLARED)
    if not verdicts:
        return ()
    return tuple(
        FieldChange(
            name,
            _printable(live.settings.get(name, HIDDEN if name in live.unknown else None)),
            None if verdicts[name] is Verdict.UNDECLARED else _after(kind, desired, name),
            verdicts[name],
            evidence.get(name, ""),
        )
        for name in (*kind.fields, *live.unknown)
        if name in verdicts
    )


def created(kind: Kind, desired: Integration) -> tuple[FieldChange, ...]:
    """List the settings of an integration that is to be made."""
    return tuple(
        FieldChange(
            field.name,
            None,
            _printable(value),
            Verdict.UNVERIFIABLE if isinstance(value, Reference) else Verdict.DIFFERENT,
        )
        for field, value in wanted(kind, desired)
        if value is not None
    )


def removed(kind: Kind, live: LiveIntegration) -> tuple[FieldChange, ...]:
    """List the settings of an integration that is to go."""
    return tuple(
        FieldChange(name, _printable(live.settings[name]), None, Verdict.DIFFERENT)
        for name in kind.fields
        if name in live.settings
    )


def is_alike(one: LiveIntegration, other: LiveIntegration) -> bool:
    """Tell whether the API shows the same at two times, as it does while nobody writes.

    The `id` is new after every write. Not every API of the family shows one, so that the settings
    count as well, and what is shown of each secret.
    """
    if other.is_later_than(one) or one.settings.keys() != other.settings.keys():
        return False
    return all(_is_shown_alike(one.settings[name], other.settings[name]) for name in one.settings)


def sightings(
    kind: Kind, desired: Integration, live: LiveIntegration, project: str
) -> Iterator[Sighting]:
    """Walk the secrets that a mask, or nothing, stands for in what is live."""
    for field, value in wanted(kind, desired):
        shown = live.settings.get(field.name)
        if isinstance(value, Secret | Literal) and not isinstance(shown, Secret):
            yield Sighting(project, live, field, cast("Masked | None", shown), value)


def _is_shown_alike(one: LiveValue, other: LiveValue) -> bool:
    if isinstance(one, Masked | Secret) and isinstance(other, Masked | Secret):
        return shown_alike(one, other)
    return type(one) is type(other) and one == other


def _hear(seen: Sighting, verdict: Verdict, witnesses: Iterable[Witness]) -> Statement:
    said = Statement(verdict)
    for witness in witnesses:
        said = witness(seen, said)
    return said


def _judge(kind: Kind, field: Field, shown: LiveValue | None, value: DesiredValue) -> Verdict:
    if value is None:
        return Verdict.SAME if shown is None else Verdict.DIFFERENT
    if shown is None and field.echo is Echo.ABSENT:
        return Verdict.UNVERIFIABLE
    length_counts = kind.length_counts and field.mask is Mask.KEY
    return judge(
        cast("Masked | Secret | None", shown),
        cast("Sensitive", value),
        length_counts=length_counts,
    )


def _undeclared(kind: Kind, desired: Integration, live: LiveIntegration) -> Iterator[str]:
    for name in live.settings:
        if name not in desired.settings and kind.fields[name].default is None:
            yield name
    yield from live.unknown


def _after(kind: Kind, desired: Integration, name: str) -> Plain | None:
    return _printable(desired.settings.get(name, kind.fields[name].default))


def _printable(value: DesiredValue | LiveValue) -> Plain | None:
    if isinstance(value, Masked):
        return HIDDEN
    return describe(value) if isinstance(value, _SENSITIVE) else value


@dataclass(frozen=True, slots=True)
class _Judged:
    """Stands for a secret that was judged different, so that deepdiff never meets a secret."""

    name: str


def _differing(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    """Name the settings that differ. `True` and `1` are equal to Python and not to the API."""
    if before == after and all(type(before[name]) is type(after[name]) for name in after):
        return []
    from deepdiff import DeepDiff  # noqa: PLC0415 - most runs never need it
    from deepdiff.operator import BaseOperator  # noqa: PLC0415

    class Verdicts(BaseOperator):
        """Report a judged secret as one difference instead of walking into it."""

        def match(self, level: Any) -> bool:
            return isinstance(level.t2, _Judged)

        def give_up_diffing(self, level: Any, diff_instance: Any) -> bool:
            diff_instance.custom_report_result("judged", level)
            return True

    tree = DeepDiff(before, after, view="tree", custom_operators=[Verdicts()])
    return [level.path(output_format="list")[0] for levels in tree.values() for level in levels]
