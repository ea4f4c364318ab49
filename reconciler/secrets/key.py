"""What the operator refers to, not the desired state: keys of receipts, and where notices go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler import catalogue
from reconciler.core.problem import Failed, Invalid, Problem
from reconciler.core.secret import Reference, Secret
from reconciler.secrets import allowing
from reconciler.secrets.source import Unresolved

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.core.policy import Policy
    from reconciler.core.state import Desired

SHORTEST = 32
_ANOTHER = "refer to another secret"


def parse_reference(text: str) -> Reference | None:
    """Read `SOURCE:NAME`, as reports write a reference; None for what is none."""
    source, _, name = text.partition(":")
    return Reference(source, name) if catalogue.reference().is_valid({source: name}) else None


def refuse_own(declared: Desired, own: Mapping[Reference, str]) -> None:
    """Raise Invalid where an integration's secret is one of the run's own: it would be sent away.

    `own` says of each what it is.
    """
    problems = [
        Problem("forbidden-secret", f"{value} is {own[value]}", _ANOTHER, one.place(name))
        for project in declared.projects
        for one in project.integrations
        for name, value in one.settings.items()
        if isinstance(value, Reference) and value in own
    ]
    if problems:
        raise Invalid(problems)


def fetch_key(reference: Reference, policy: Policy) -> Secret:
    """Fetch a key. Raises Failed if it cannot be had, or is too short to be no guess."""
    text = fetch_text(reference, policy)
    if len(text) < SHORTEST:
        sentence = f"the key {reference} has fewer than {SHORTEST} characters"
        hint = "make one, such as with: openssl rand -hex 32"
        raise Failed(Problem("weak-key", sentence, hint))
    return Secret(text, reference)


def fetch_text(reference: Reference, policy: Policy) -> str:
    """Fetch what the operator refers to. Raises Failed if it cannot be had.

    The operator's policy names the programs that may be asked, and restricts nothing else here.
    """
    answer = allowing(policy)[reference.source]([reference.name])[reference.name]
    if isinstance(answer, Unresolved):
        raise Failed(Problem(answer.code, answer.sentence, answer.hint))
    return answer.value
