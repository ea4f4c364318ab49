"""The key of receipts: a reference that the operator gives, and not the desired state."""

from __future__ import annotations

from reconciler import catalogue
from reconciler.core.problem import Failed, Problem
from reconciler.core.secret import Reference, Secret
from reconciler.secrets import SOURCES
from reconciler.secrets.source import Unresolved

SHORTEST = 32


def parse_reference(text: str) -> Reference | None:
    """Read `SOURCE:NAME`, as reports write a reference; None for what is none."""
    source, _, name = text.partition(":")
    return Reference(source, name) if catalogue.reference().is_valid({source: name}) else None


def fetch_key(reference: Reference) -> Secret:
    """Fetch a key. Raises Failed if it cannot be had, or is too short to be no guess."""
    answer = SOURCES[reference.source]([reference.name])[reference.name]
    if isinstance(answer, Unresolved):
        problem = Problem(answer.code, answer.sentence, answer.hint)
    elif len(answer.value) < SHORTEST:
        sentence = f"the key {reference} has fewer than {SHORTEST} characters"
        problem = Problem("weak-key", sentence, "make one, such as with: openssl rand -hex 32")
    else:
        return Secret(answer.value, reference)
    raise Failed(problem)
