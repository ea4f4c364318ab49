"""Atlas for Government speaks the dialect of Atlas at its own address, and has no Prometheus."""

import pytest

STATE = """
version: 1
api: {api}
projects:
  - id: 5d791c84ff7a2522cc4f9aa1
    integrations:
      - type: PROMETHEUS
        {rest}
"""
WHOLE = (
    "username: u\n        password: {env: P}\n        enabled: true\n        serviceDiscovery: http"
)


@pytest.fixture
def look(run, monkeypatch, tmp_path):
    """Look for drift at an address where nobody answers."""
    monkeypatch.setattr("reconciler.api.retry.random.uniform", lambda *_: 0)
    monkeypatch.setenv("MONGODB_ATLAS_PUBLIC_API_KEY", "public")
    monkeypatch.setenv("MONGODB_ATLAS_PRIVATE_API_KEY", "private-key")

    def look(api, rest, url):
        (tmp_path / "d.yaml").write_text(STATE.format(api=api, rest=rest))
        options = ["--secrets", "none", "--timeout", "0.01", "--proxy", "http://127.0.0.1:9"]
        return run("drift", "d.yaml", "--base-url", url, *options, simulate=False)

    return look


@pytest.mark.parametrize("api", ["atlas", "atlas-v1"])
def test_it_is_refused_at_its_line_before_anything_is_asked(look, api):
    result = look(api, WHOLE, "https://cloud.mongodbgov.com")
    assert result.return_value == 3
    assert (
        "d.yaml:7:9: type-not-offered: PROMETHEUS is not offered at https://cloud" in result.stdout
    )


@pytest.mark.parametrize(
    ("rest", "url"),
    [
        ("ensure: absent", "https://cloud.mongodbgov.com"),
        (WHOLE, "https://cloud.mongodb.com"),
        (WHOLE, "https://notmongodbgov.com"),
    ],
    ids=["a tombstone", "elsewhere", "a host of another name"],
)
def test_all_else_is_asked_for(look, rest, url):
    result = look("atlas", rest, url)
    assert result.return_value == 1
    assert "type-not-offered" not in result.stdout
