"""MongoDB Atlas, Administration API v2, pinned to the one version that integrations have."""

from reconciler.api.dialects.dialect import Dialect, Family

ATLAS = Dialect(
    name="atlas",
    title="Atlas",
    family=Family.ATLAS,
    base_url="https://cloud.mongodb.com",
    base_path="/api/atlas/v2",
    government_lacks=frozenset({"PROMETHEUS"}),
    media_type="application/vnd.atlas.2023-01-01+json",
)
