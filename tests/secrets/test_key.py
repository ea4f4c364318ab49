"""The key of receipts is a reference like any other."""

import pytest

from reconciler.core.secret import Reference
from reconciler.secrets.key import parse_reference


@pytest.mark.parametrize(
    ("source", "name"),
    [("env", "KEY"), ("file", "/a:b"), ("vault", "kv/key#it@3"), ("op", "op://Team/Receipts/key")],
)
def test_what_reports_write_is_read(source, name):
    assert parse_reference(f"{source}:{name}") == Reference(source, name)


@pytest.mark.parametrize(
    "text", ["", "KEY", "env:", "env:0 A", "nowhere:KEY", ":KEY", "vault:kv/key", "vault:kv/a#b@x"]
)
def test_what_no_source_can_have_is_none(text):
    assert parse_reference(text) is None
