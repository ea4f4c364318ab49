"""What every format shows: one neutral report, and the safe way to show a foreign string."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.core.change import Action
from reconciler.core.exits import Exit
from reconciler.core.plan import Status
from reconciler.core.secret import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.core.change import Change
    from reconciler.core.past import Accepted, Past
    from reconciler.core.plan import Operation, Outcome
    from reconciler.core.problem import Problem
    from reconciler.core.state import ProjectRef

_LONGEST_SHORT = 0xFFFF
_IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""What has Unicode's property Default_Ignorable_Code_Point: nothing is shown of it."""
_UNSAFE = re.compile(
    f"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufff9-\ufffb\ufffe\uffff{_IGNORABLE}]"
    "|(?<!\\S):(?=:)"  # a workflow command of GitHub, which begins a line
    "|#(?=#[A-Za-z]*\\[)"  # and those of Azure, TeamCity and older runners, anywhere in one
)


@dataclass(frozen=True, slots=True)
class Report:
    """What a run found and did.

    `changes` are sorted by project id and type; `operations` and `outcomes` are in the order of the
    plan, one outcome each; `problems` are sorted by place. `exit` is the run's exit code.
    `performed` says that an apply came as far as writing, `settled` that a second look afterwards
    found nothing left; `offline`, that it ended where `validate` ends as well; `dry_run`, that
    nobody was to be asked and nothing written. In a `rehearsal` all of that happened in a copy, and
    nothing in what is live. `accepted` is what a baseline says of the drift, and `past` what a
    history does. `unread` are the projects that could not be read, at first or again, each once.
    `finished` is when the run ended, in seconds since 1970, and `took` how many seconds that was
    after its start, if that is known.
    """

    command: str
    exit: int
    api: str | None = None
    base_url: str | None = None
    digest: str | None = None
    applyable: bool = False
    changes: tuple[Change, ...] = ()
    operations: tuple[Operation, ...] = ()
    outcomes: tuple[Outcome, ...] | None = None
    problems: tuple[Problem, ...] = ()
    performed: bool = False
    settled: bool = False
    offline: bool = False
    dry_run: bool = False
    rehearsal: bool = False
    accepted: Accepted | None = None
    past: Past | None = None
    unread: tuple[ProjectRef, ...] = ()
    finished: int | None = None
    took: float | None = None

    @property
    def name(self) -> str:
        """What was run, in a word: a rehearsal is no apply, wherever one of them is looked for."""
        return "rehearsal" if self.rehearsal else self.command

    @property
    def is_offer(self) -> bool:
        """Whether it shows a plan that another run can be told to carry out, by its digest."""
        return self.applyable and (self.command == "plan" or self.dry_run)

    @property
    def succeeded(self) -> bool:
        """Whether the run came to its end: what it says is then the whole truth."""
        return self.exit in (Exit.OK, Exit.PENDING)


@dataclass(frozen=True, slots=True)
class Style:
    """How the place that a text goes to looks: its width in columns, and whether it has colour.

    Where files are told by their path below `root`, `here` is what relative paths start from; both
    are absolute. Without a root, files are told as they were given.
    """

    width: int = 80
    colour: bool = False
    root: str = ""
    here: str = ""


def totals(report: Report) -> Mapping[str, int]:
    """Count changes by action, and integrations with a secret of which nothing is shown.

    Those that a rule holds back, which are kept or left, are counted once more, if there are any.
    """
    counts = Counter(change.action for change in report.changes)
    unverifiable = sum(change.has(Verdict.UNVERIFIABLE) for change in report.changes)
    ignored = sum(change.held is not None for change in report.changes)
    return {
        **{action.value: counts[action] for action in _ORDER},
        "unverifiable": unverifiable,
        **({"ignored": ignored} if ignored else {}),
    }


def left(report: Report) -> tuple[Change, ...]:
    """Give the changes that are still to be made: all that are pending, and not known as done.

    What was done in a rehearsal alone is still to be made.
    """
    done = {
        outcome.operation.change.key
        for outcome in report.outcomes or ()
        if outcome.status is Status.DONE and not report.rehearsal
    }
    return tuple(
        change for change in report.changes if change.action.is_pending and change.key not in done
    )


def tone(report: Report) -> str:
    """Say how a run went, for a sign or a colour: `well`, `pending` with work left, or `unwell`."""
    if not report.succeeded:
        return "unwell"
    return "pending" if left(report) else "well"


def safe_text(text: str, most: int = 200) -> str:
    """Make a string that others may have chosen fit to print.

    Control characters, line breaks, bidirectional and invisible characters become visible escapes,
    and so does what begins a command to a CI system that reads our output; what is longer than
    `most` characters is cut.
    """
    text = text if len(text) <= most else text[: most - 1] + "…"
    if text.isascii() and text.isprintable() and "::" not in text and "[" not in text:
        return text  # as most are, and several times as fast
    return _UNSAFE.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\u{code:04x}" if code <= _LONGEST_SHORT else f"\\U{code:08x}"


_ORDER = (Action.CREATE, Action.UPDATE, Action.DELETE, Action.KEEP, Action.LEAVE)
