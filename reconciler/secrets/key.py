"""The key of receipts: a reference that the operator gives, and not the desired state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler import catalogue
from reconciler.core.problem import Failed, Invalid, Problem
from reconciler.core.secret import Reference, Secret
from reconciler.secrets import allowing
from reconciler.secrets.source import Unresolved

if TYPE_CHECKING:
    from collections.abc import Collection

    from reconciler.core.policy import Policy
    from reconciler.core.state import Desired

SHORTEST = 32
_ANOTHER = "refer to another secret"


def parse_reference(text: str) -> Reference | None:
    """Read `SOURCE:NAME`, as reports write a reference; None for what is none."""
    source, _, name = text.partition(":")
    return Reference(source, name) if catalogue.reference().is_valid({source: name}) else None


def refuse_keys(declared: Desired, keys: Collection[Reference]) -> None:
    """Raise Invalid where an integration's secret is one of the keys: it would be sent away."""
    problems = [
        Problem(
            "forbidden-secret", f"{value} is the key of the receipts", _ANOTHER, one.place(name)
        )
        for project in declared.projects
        for one in project.integrations
        for name, value in one.settings.items()
        if isinstance(value, Reference) and value in keys
    ]
    if problems:
        raise Invalid(problems)


def fetch_key(reference: Reference, policy: Policy) -> Secret:
    """Fetch a key. Raises Failed if it cannot be had, or is too short to be no guess.

    The operator's policy names the programs that may be asked, and restricts nothing else here.
    """
    answer = allowing(policy)[reference.source]([reference.name])[reference.name]
    if isinstance(answer, Unresolved):
        problem = Problem(answer.code, answer.sentence, answer.hint)
    elif len(answer.value) < SHORTEST:
        sentence = f"the key {reference} has fewer than {SHORTEST} characters"
        problem = Problem("weak-key", sentence, "make one, such as with: openssl rand -hex 32")
    else:
        return Secret(answer.value, reference)
    raise Failed(problem)
