"""The admin APIs of the family. A new one is one file here and one line in the table."""

from __future__ import annotations

from reconciler.api.dialects.atlas import ATLAS
from reconciler.api.dialects.atlas_v1 import ATLAS_V1
from reconciler.api.dialects.cloud_manager import CLOUD_MANAGER
from reconciler.api.dialects.dialect import Dialect, Family
from reconciler.api.dialects.ops_manager import OPS_MANAGER

__all__ = ["DIALECTS", "Dialect", "Family"]

DIALECTS = {dialect.name: dialect for dialect in (ATLAS, ATLAS_V1, CLOUD_MANAGER, OPS_MANAGER)}
