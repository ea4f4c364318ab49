"""Target groups are taken as Prometheus takes them, and come out the same whatever their order."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.target import NoTargets, TargetGroup, merge, read_groups
from reconciler.report.file_sd import render

LABELS = {"group_id": "5d791c84ff7a2522cc4f9aa1"}


def group(*targets, **labels):
    return TargetGroup(targets, labels)


def test_the_documented_answers_are_read(reference):
    recorded = json.loads(
        (reference / "recorded/prometheus-discovery-doc-examples.json").read_text()
    )
    atlas, cloud_manager = (
        read_groups(recorded["bodies"][api]) for api in ("atlas", "cloud-manager")
    )
    assert atlas[0].targets == ("cluster012-shard-00-00.rffkz.mongodb-dev.net:27018",)
    assert atlas[0].labels["node_type"] == "ELECTABLE"
    assert cloud_manager[0].targets == ("mongodbd-prometheus:9216",)
    assert set(cloud_manager[0].labels) == {"group_id", "group_name", "org_id"}


@pytest.mark.parametrize(
    "target",
    ["a:1", "a-b.example.net:65535", "10.0.0.1:9216", "[2001:db8::1]:9216", "mongo_1:27018"],
)
def test_an_address_is_a_host_and_a_port(target):
    assert read_groups([{"targets": [target], "labels": LABELS}])[0].targets == (target,)


@pytest.mark.parametrize(
    "target",
    [
        "a", "a:", ":9216", "a:0", "a:65536", "a:9216 ", " a:9216", "a b:9216", "a:9216\n", "a:+1",
        "http://a:9216", "a:9216/metrics", "user@a:9216", "2001:db8::1:9216", "[a]:9216",
        "[1::2::3]:9216", "a:٩", "é:9216", "-a:9216", "." + "a" * 260 + ":1", 9216, None, ["a:1"],
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(target):
    with pytest.raises(NoTargets, match="not host:port"):
        read_groups([{"targets": [target], "labels": LABELS}])


@pytest.mark.parametrize(
    "labels",
    [{"": "x"}, {"a-b": "x"}, {"1a": "x"}, {"ä": "x"}, {"a": 1}, {"a": None}, {"a\n": "x"}],
)
def test_a_label_that_would_spoil_the_whole_file_is_refused(labels):
    with pytest.raises(NoTargets, match="label"):
        read_groups([{"targets": ["a:1"], "labels": labels}])


@pytest.mark.parametrize(
    "document",
    [
        None, {}, {"results": []}, "text", [None], [[]], [{}], [{"targets": ["a:1"]}],
        [{"labels": {}}], [{"targets": "a:1", "labels": {}}], [{"targets": [], "labels": []}],
    ],
)  # fmt: skip
def test_another_shape_is_refused(document):
    with pytest.raises(NoTargets):
        read_groups(document)


def test_a_refusal_quotes_nothing():
    secret = "hunter2-hunter2"
    for document in (secret, [secret], [{"targets": [secret], "labels": {}}],
                     [{"targets": [], "labels": {secret: 1}}]):  # fmt: skip
        with pytest.raises(NoTargets) as caught:
            read_groups(document)
        assert secret not in str(caught.value)


def test_groups_of_the_same_labels_are_put_together():
    merged = merge([group("b:1", "a:1", x="1"), group("c:1", x="2"), group("a:1", "c:1", x="1")])
    assert merged == [group("a:1", "b:1", "c:1", x="1"), group("c:1", x="2")]


def test_the_order_of_labels_makes_no_other_group():
    (merged,) = merge([group("a:1", x="1", y="2"), group("b:1", y="2", x="1")])
    assert merged == group("a:1", "b:1", x="1", y="2")


def test_a_group_without_targets_says_nothing():
    assert merge([group(x="1")]) == []


GROUPS = st.lists(
    st.builds(
        TargetGroup,
        st.lists(st.from_regex(r"[a-c]:[1-3]", fullmatch=True)).map(tuple),
        st.dictionaries(st.sampled_from(["a", "b"]), st.text(max_size=3), max_size=2),
    ),
    max_size=6,
)


@given(GROUPS, st.randoms())
def test_the_text_does_not_depend_on_the_order_and_reads_back(groups, random):
    text = render(merge(groups))
    shuffled = random.sample(groups, len(groups))
    assert render(merge(shuffled)) == text
    assert render(merge(read_groups(json.loads(text)))) == text
    pairs = {(t, tuple(sorted(g.labels.items()))) for g in groups for t in g.targets}
    read = [
        (t, tuple(sorted(g.labels.items())))
        for g in read_groups(json.loads(text))
        for t in g.targets
    ]
    assert set(read) == pairs
    assert len(read) == len(pairs)


def test_the_text_is_made_for_diffs():
    assert render([group("a:1", x="ü", y="1")]) == (
        '[\n  {\n    "targets": [\n      "a:1"\n    ],\n'
        '    "labels": {\n      "x": "\\u00fc",\n      "y": "1"\n    }\n  }\n]\n'
    )
    assert re.fullmatch(r"\[\]\n", render([]))
