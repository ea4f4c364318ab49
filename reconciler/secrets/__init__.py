"""Resolves references to secrets. A new source is one file here and one line in the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.secrets import env, file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.secrets.source import Source

SOURCES: Mapping[str, Source] = {"env": env.fetch, "file": file.fetch}
