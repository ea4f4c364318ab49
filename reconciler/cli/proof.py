"""The options about secrets that the API masks: what to make of those that nothing proves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from reconciler.core.assertion import Assertion
from reconciler.core.secret import UNPROVEN, Verdict
from reconciler.core.witness import WITNESSES, Witness, by_time

if TYPE_CHECKING:
    from collections.abc import Sequence

_ASSERT = "--assert-secrets"
_EVERY = "*"
_MEANING = {
    Verdict.CONSISTENT: "a secret whose mask fits",
    Verdict.UNVERIFIABLE: "a secret of which nothing is shown",
}


class PatternCommand(click.Command):
    """A command whose `--assert-secrets` may stand alone.

    click would take the argument after it for its value.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Give the option that stands alone the value that it means."""
        end = args.index("--") if "--" in args else len(args)
        plain = [f"{_ASSERT}={_EVERY}" if arg == _ASSERT else arg for arg in args[:end]]
        return super().parse_args(ctx, plain + args[end:])


def _on(verdict: Verdict, *choices: str) -> Any:
    what = {
        "keep": "leave it",
        "assert": "send it",
        "fail": "refuse to go on" if "assert" in choices else "exit 1",
    }
    told = ", ".join(what[choice] for choice in choices)
    return click.option(
        f"--on-{verdict}", type=click.Choice(choices), default="keep", show_default=True,
        help=f"What to do about {_MEANING[verdict]}: {told}.",
    )  # fmt: skip


BY_TIME = click.option(
    "--rotation-by-time",
    type=click.Choice(["auto", "off"]),
    default="auto",
    show_default=True,
    help="Whether a secret that its source made after the last write, which the live id tells,"
    " counts as different. Every write of ours puts that to the test.",
)
PROOF = (
    BY_TIME,
    click.option(
        _ASSERT, "pattern", metavar="[=PATTERN]",
        help="Send every secret that could not be verified, or those whose reference fits a"
        " pattern, such as 'vault:kv/prod/*'.",
    ),
    *(_on(verdict, "keep", "assert", "fail") for verdict in _MEANING),
)  # fmt: skip
"""For commands that plan."""
DRIFT_PROOF = (BY_TIME, *(_on(verdict, "keep", "fail") for verdict in _MEANING))
"""For the command that only looks."""


def take_witnesses(given: dict[str, Any]) -> Sequence[Witness]:
    """Take who is asked about a secret that nothing proves out of what was given."""
    is_on = given.pop("rotation_by_time") == "auto"
    return [witness for witness in WITNESSES if is_on or witness is not by_time]


def take_assertion(given: dict[str, Any]) -> Assertion:
    """Take what is to be sent all the same out of what was given; leaves what is not allowed."""
    asked = {verdict for verdict in _MEANING if given[f"on_{verdict}"] == "assert"}
    return Assertion(given.pop("pattern"), frozenset(asked))


def take_tolerated(given: dict[str, Any]) -> frozenset[Verdict]:
    """Take which verdicts that prove nothing are put up with out of what was given."""
    return UNPROVEN - {verdict for verdict in _MEANING if given.pop(f"on_{verdict}") == "fail"}
