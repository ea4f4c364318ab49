"""MongoDB Atlas, the older API v1.0."""

from reconciler.api.dialects.dialect import Dialect, Family

ATLAS_V1 = Dialect(
    name="atlas-v1",
    title="Atlas (API v1.0)",
    family=Family.ATLAS,
    base_url="https://cloud.mongodb.com",
    base_path="/api/atlas/v1.0",
    government_lacks=frozenset({"PROMETHEUS"}),
    media_type="application/json",
)
