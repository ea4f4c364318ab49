"""Every source of secrets has a section, whose references are such as the source takes."""

import re

import pytest
import yaml

from reconciler import catalogue
from tests.readme.generate import ROOT

PAGE = (ROOT / "examples/secrets/README.md").read_text()
SECTIONS = dict(re.findall(r"(?ms)^## (\S+)\n(.*?)(?=^## |\Z)", PAGE))
SOURCES = list(catalogue.schema("secret")["properties"])


def test_every_source_has_one_in_the_order_of_the_schema():
    assert list(SECTIONS) == SOURCES


@pytest.mark.parametrize("source", SOURCES)
def test_its_references_are_such_as_the_source_takes(source):
    lines = re.findall(r"(?m)^serviceKey: .*$", SECTIONS[source])
    assert lines
    for line in lines:
        reference = yaml.safe_load(line)["serviceKey"]
        assert list(reference) == [source]
        assert catalogue.reference().is_valid(reference)
