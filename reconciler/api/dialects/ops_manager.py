"""MongoDB Ops Manager, public API v1.0 on the operator's own host."""

from reconciler.api.dialects.dialect import Dialect, Family

OPS_MANAGER = Dialect(
    name="ops-manager",
    title="Ops Manager",
    family=Family.PUBLIC,
    base_url=None,
    base_path="/api/public/v1.0",
    media_type="application/json",
    service_accounts=False,
)
