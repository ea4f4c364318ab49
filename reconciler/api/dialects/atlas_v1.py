"""MongoDB Atlas, the older API v1.0."""

from reconciler.api.dialects.dialect import Dialect

ATLAS_V1 = Dialect(
    name="atlas-v1",
    base_url="https://cloud.mongodb.com",
    base_path="/api/atlas/v1.0",
    media_type="application/json",
)
