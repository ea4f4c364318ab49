"""Texts and booleans as one line of YAML that every reader takes for the same."""

from __future__ import annotations

import re
import sys
from functools import lru_cache
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from reconciler.core.kind import Plain

_NUMBERS = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z|0o[0-7]+\Z")
"""Numbers of YAML 1.2, such as 1e3, that PyYAML takes for texts. An id may look like one."""
_BOOLEANS = re.compile(r"[yYnN]\Z")
"""What YAML 1.1 has for booleans, and PyYAML does not."""


class _Dumper(yaml.SafeDumper):
    """Quotes texts that some reader of some YAML would take for something else."""


_Dumper.add_implicit_resolver("tag:yaml.org,2002:float", _NUMBERS, list("-+.0123456789"))
_Dumper.add_implicit_resolver("tag:yaml.org,2002:bool", _BOOLEANS, list("yYnN"))


@lru_cache(maxsize=4096, typed=True)
def scalar(value: Plain) -> str:
    """Write a value on one line.

    Characters that do not show themselves, or show a reader something else than they say, become
    escapes, which makes it fit for a comment too.
    """
    hidden = isinstance(value, str) and not value.isprintable()
    text = yaml.dump(
        value,
        Dumper=_Dumper,
        width=sys.maxsize,
        allow_unicode=not hidden,
        default_style='"' if hidden else None,
    )
    return text.removesuffix("\n...\n").removesuffix("\n")
