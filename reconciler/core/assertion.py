"""Which secrets are sent although nothing shows that live has others."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from reconciler.core.secret import UNPROVEN

if TYPE_CHECKING:
    from reconciler.core.change import FieldChange
    from reconciler.core.secret import Verdict


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
        named = self.pattern is not None and fnmatchcase(str(field.after), self.pattern)
        return named or field.verdict in self.verdicts

    def __str__(self) -> str:
        return " ".join([self.pattern or "", *sorted(self.verdicts)]).strip()


NOTHING = Assertion()
