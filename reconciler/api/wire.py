"""What both ends of the wire must agree on: names and numbers of the admin API, no behaviour.

Source of every fact: the Atlas Administration API v2 and recorded answers of it.
"""

from __future__ import annotations

ITEMS_PER_PAGE = 100
MAX_ITEMS_PER_PAGE = 500

TOKEN = "/api/oauth/token"  # noqa: S105 - a path
REVOKE = "/api/oauth/revoke"

ERROR_CODE = "errorCode"
ALREADY_CONFIGURED = "INTEGRATION_ALREADY_CONFIGURED"
NOT_CONFIGURED = "INTEGRATION_NOT_CONFIGURED"
GROUP_NOT_FOUND = "GROUP_NOT_FOUND"
NOT_IN_GROUP = "NOT_IN_GROUP"
ATLAS_GROUP = "ATLAS_GROUP"
NOT_ATLAS_GROUP = "NOT_ATLAS_GROUP"
RATE_LIMITED = "RATE_LIMITED_TOKEN_BUCKET"

TYPE_ORDER = (
    "PAGER_DUTY",
    "SLACK",
    "DATADOG",
    "NEW_RELIC",
    "OPS_GENIE",
    "VICTOR_OPS",
    "WEBHOOK",
    "HIP_CHAT",
    "PROMETHEUS",
    "MICROSOFT_TEAMS",
    "FLOWDOCK",
)
"""The order in which an answer lists a project's integrations, whatever the order of creation."""
