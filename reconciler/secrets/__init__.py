"""Resolves references to secrets. A new source is one file here and one line in the table."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from reconciler.secrets import (
    aws_sm,
    azure_kv,
    env,
    file,
    gcp_sm,
    keyring,
    op,
    program,
    sops,
    vault,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.core.policy import Policy
    from reconciler.secrets.source import Source

SOURCES: Mapping[str, Source] = {
    "env": env.fetch,
    "file": file.fetch,
    "sops": sops.fetch,
    "vault": vault.fetch,
    "aws-sm": aws_sm.fetch,
    "gcp-sm": gcp_sm.fetch,
    "azure-kv": azure_kv.fetch,
    "op": op.fetch,
    "keyring": keyring.fetch,
    "exec": program.fetch,  # allows none
}


def allowing(policy: Policy) -> Mapping[str, Source]:
    """Give the sources with the programs that `{exec: NAME}` may start."""
    programs = None if policy.rules is None else policy.programs
    return {**SOURCES, "exec": partial(program.fetch, programs=programs)}
