"""The options about secrets that the API masks: what to make of those that nothing proves."""

from __future__ import annotations

from typing import Any

import click

from reconciler.core.assertion import Assertion
from reconciler.core.secret import UNPROVEN, Verdict

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


PROOF = (
    click.option(
        _ASSERT, "pattern", metavar="[=PATTERN]",
        help="Send every secret that could not be verified, or those whose reference fits a"
        " pattern, such as 'vault:kv/prod/*'.",
    ),
    *(_on(verdict, "keep", "assert", "fail") for verdict in _MEANING),
)  # fmt: skip
"""For commands that plan."""
DRIFT_PROOF = tuple(_on(verdict, "keep", "fail") for verdict in _MEANING)
"""For the command that only looks."""


def take_assertion(given: dict[str, Any]) -> Assertion:
    """Take what is to be sent all the same out of what was given; leaves what is not allowed."""
    asked = {verdict for verdict in _MEANING if given[f"on_{verdict}"] == "assert"}
    return Assertion(given.pop("pattern"), frozenset(asked))


def take_tolerated(given: dict[str, Any]) -> frozenset[Verdict]:
    """Take which verdicts that prove nothing are put up with out of what was given."""
    return UNPROVEN - {verdict for verdict in _MEANING if given.pop(f"on_{verdict}") == "fail"}
