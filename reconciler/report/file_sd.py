"""Target groups as Prometheus' `file_sd_configs` read them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.core.target import TargetGroup


def render(groups: Iterable[TargetGroup]) -> str:
    """Write groups as JSON, in their order; the same groups are the same text."""
    document = [{"targets": group.targets, "labels": group.labels} for group in groups]
    return json.dumps(document, indent=2) + "\n"
