"""For any live state of any dialect: a plan of the export changes nothing, and it tells nothing."""

import json
import os
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler import catalogue
from reconciler.api.dialects import DIALECTS
from reconciler.core.state import ProjectRef
from reconciler.simulator.masks import show
from reconciler.simulator.state import Integration
from reconciler.simulator.switches import Switches

SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
"""Every example writes the one file anew."""
REFS = [ProjectRef(f"{number}d791c84ff7a2522cc4f9aa1", None) for number in range(1, 4)]
NAMES = st.one_of(
    st.sampled_from(["on", "1e3", "null", "pay-prod", "pay.prod", "PAY PROD", "日本", "2024"]),
    st.sampled_from(["aws", "GitHub prod", "ci", "vault", "mongodb-atlas", "reconciler"]),
    st.text(min_size=1, max_size=70),
    st.text("\ud800\udfff* -ax", min_size=1, max_size=8),
)
SECRET = st.integers(0, 16**26 - 1).map("{:026x}c0ffee".format)
ODD = st.one_of(st.none(), st.text("*a1 \ud800\n:#", max_size=6), st.booleans(), st.integers(0, 1))


@st.composite
def settings_of(draw, kind):
    """Give settings as they are kept behind the API: some missing, some of no known form."""
    found = {}
    for name, field in kind.fields.items():
        part = catalogue.schema(f"integrations/{kind.type}")["properties"][name]
        if not field.required and draw(st.booleans()):
            continue
        if field.sensitive:
            url = part.get("x-mask") == "url"
            found[name] = f"https://example.com/{draw(SECRET)}" if url else draw(SECRET)
        elif draw(st.integers(0, 9)) == 0:
            found[name] = draw(ODD)
        elif "enum" in part:
            found[name] = draw(st.sampled_from(part["enum"]))
        else:
            found[name] = draw(st.booleans() if part["type"] == "boolean" else st.text())
    if draw(st.integers(0, 9)) == 0:
        found[draw(st.text())] = draw(st.text())
    return found


@st.composite
def worlds(draw):
    """Give a dialect, and what is kept of some projects behind its API."""
    api = draw(st.sampled_from(sorted(DIALECTS)))
    kinds = catalogue.kinds(api)
    projects = {
        ProjectRef(ref.id, draw(NAMES)): {
            type_: draw(settings_of(kinds[type_]))
            for type_ in draw(st.sets(st.sampled_from(sorted(kinds))))
        }
        for ref in REFS[: draw(st.integers(1, 3))]
    }
    switches = Switches(
        url_mask_tail=draw(st.booleans()),
        unset_as_null=draw(st.booleans()),
        ids_before_v2=draw(st.booleans()),
        public_masks=draw(st.sampled_from(["six", "length", "none"])),
    )
    return api, projects, switches


def answers(api, kept, switches):
    """Give what the API shows, as it comes out of JSON."""
    shown = [show(api, Integration(type_, "1", each), switches) for type_, each in kept.items()]
    return json.loads(json.dumps(shown))


def secrets(api, projects):
    """Give the secrets behind the API, each with its project, type and setting."""
    for ref, kept in projects.items():
        for type_, each in kept.items():
            for name, value in each.items():
                field = catalogue.kinds(api)[type_].fields.get(name)
                if field and field.sensitive:
                    yield (ref.id, type_, name), value


def references(declared):
    """Give the variable that stands for each secret."""
    for project in declared.projects:
        for integration in project.integrations:
            for name, value in integration.settings.items():
                if name in catalogue.kinds(declared.api)[integration.type].fields:
                    field = catalogue.kinds(declared.api)[integration.type].fields[name]
                    if field.sensitive:
                        yield (project.ref.id, integration.type, name), value.name


@settings(SHARED, max_examples=150)
@given(worlds())
def test_a_plan_of_an_export_changes_nothing_and_it_tells_no_secret(exporter_of, world):
    api, projects, switches = world
    exporter = exporter_of(api)
    lives = [
        exporter.live(*answers(api, kept, switches), ref=ref) for ref, kept in projects.items()
    ]
    text = exporter.text(*lives)
    changes = exporter.changes(text, *lives)
    assert {change.action for change in changes} <= {"keep", "leave"}
    assert len(changes) == sum(len(kept) for kept in projects.values())
    for _, value in secrets(api, projects):
        assert value[-6:] not in text
        assert f"*{value[-4:]}" not in text


@settings(SHARED, max_examples=150)
@given(worlds())
def test_nor_does_a_plan_with_the_secrets_filled_in(exporter_of, world):
    api, projects, switches = world
    exporter = exporter_of(api)
    lives = [
        exporter.live(*answers(api, kept, switches), ref=ref) for ref, kept in projects.items()
    ]
    text = exporter.text(*lives)
    kept = dict(secrets(api, projects))
    declared, _ = exporter.read(text)
    filled = {name: kept.get(key, SPARE) for key, name in references(declared)}
    listed = re.findall("(?m)^# export ([A-Z_][A-Z0-9_]*)=$", text)
    assert sorted(listed) == sorted(filled)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in filled.items():
            patch.setenv(name, value)
        changes = exporter.changes(text, *lives, filled=True)
    assert {change.action for change in changes} <= {"keep", "leave"}
    assert not os.environ.keys() & filled.keys()


SPARE = "a password that the API never shows"
