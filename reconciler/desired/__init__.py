"""Reads the desired state: YAML in files becomes one `Desired`."""

from reconciler.desired.load import load

__all__ = ["load"]
