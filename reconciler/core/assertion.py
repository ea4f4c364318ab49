"""Which secrets are sent although nothing shows that live has others."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from reconciler.core.secret import UNPROVEN, Literal, Reference, Secret, describe

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.core.change import FieldChange
    from reconciler.core.secret import Verdict
    from reconciler.core.state import Integration

_SENSITIVE = (Reference, Secret, Literal)


@dataclass(frozen=True, slots=True)
class Assertion:
    """What the user wants sent of what could not be verified; by default nothing.

    `pattern` is a glob on references as reports show them, such as `vault:kv/prod/*`; `*` is every
    secret, also one that is written out. `verdicts` names verdicts of which all are sent.
    """

    pattern: str | None = None
    verdicts: frozenset[Verdict] = frozenset()

    def covers(self, field: FieldChange) -> bool:
        """Whether a setting is to be sent for this reason alone."""
        if field.verdict not in UNPROVEN:
            return False
        return self._fits(str(field.after)) or field.verdict in self.verdicts

    def misses(self, integrations: Iterable[Integration]) -> bool:
        """Whether the pattern fits no secret of the integrations, though there may be some."""
        values = (value for one in integrations for value in one.settings.values())
        names = (describe(value) for value in values if isinstance(value, _SENSITIVE))
        return self.pattern is not None and not any(map(self._fits, names))

    def _fits(self, name: str) -> bool:
        return self.pattern is not None and fnmatchcase(name, self.pattern)

    def __str__(self) -> str:
        return " ".join([self.pattern or "", *sorted(self.verdicts)]).strip()


NOTHING = Assertion()
