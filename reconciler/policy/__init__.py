"""Reads the operator's policy: a YAML file becomes one `Policy`."""

from reconciler.policy.load import load

__all__ = ["load"]
