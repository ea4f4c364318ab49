"""What is the same in every HTML page: its policy, and how states look."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

from reconciler.report.page_script import SCRIPT
from reconciler.report.page_style import STYLE

__all__ = ["POLICY", "SCRIPT", "SIGNS", "STYLE"]

SIGNS = {
    "not done": "✗",
    "not read": "!",
    "refused": "⊘",
    "changed": "~",
    "missing": "+",
    "unwanted": "−",  # noqa: RUF001 - it is the sign
    "undeclared": "○",
    "ignored": "⊝",
    "unverifiable": "?",
    "consistent": "≈",
    "in sync": "=",
    "done": "✓",
}
"""Every state with its sign, the worst first; colour says the same once more."""


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


POLICY = (
    f"default-src 'none'; style-src {_hash(STYLE)}; script-src {_hash(SCRIPT)};"
    " base-uri 'none'; form-action 'none'"
)
"""Allows the one style and the one script, by their hashes, and nothing else."""
