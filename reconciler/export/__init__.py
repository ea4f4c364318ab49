"""Writes down what is live as a desired state: what to declare, and as which text."""

from __future__ import annotations

from reconciler.export.declare import Declaration, declare
from reconciler.export.layout import Export, lay_out
from reconciler.export.restore import restore

__all__ = ["Declaration", "Export", "declare", "lay_out", "restore"]
