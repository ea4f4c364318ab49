"""MongoDB Cloud Manager, public API v1.0."""

from reconciler.api.dialects.dialect import Dialect, Family

CLOUD_MANAGER = Dialect(
    name="cloud-manager",
    title="Cloud Manager",
    family=Family.PUBLIC,
    base_url="https://cloud.mongodb.com",
    base_path="/api/public/v1.0",
    media_type="application/json",
)
