"""The promises, for any desired state and any live state."""

import hashlib
import io
import json
import random
import sqlite3
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass

import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from reconciler import catalogue, workflow
from reconciler.api.stop import Stop
from reconciler.core.guard import Overrides
from reconciler.report import FORMATS, Style
from reconciler.session import Target

EMPTIED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
"""`World.write_live` empties the folder, so that every example starts anew."""

KINDS = catalogue.kinds("atlas")
IDS = [f"{number}d791c84ff7a2522cc4f9aa1" for number in range(1, 4)]
TEXT = st.text(
    "abcdefghijklmnopqrstuvwxyzABCDEF0123456789 -_./\\'\"\u00e9\u65e5", min_size=1, max_size=12
)
TOKEN = st.builds(
    lambda number, length: hashlib.sha256(str(number).encode()).hexdigest()[:length].swapcase(),
    st.integers(),
    st.integers(8, 40),
)
"""No word that an output might hold for another reason."""
HEX32 = st.builds(
    lambda number: hashlib.sha256(str(number).encode()).hexdigest()[:32], st.integers()
)
URL = st.builds("https://{}.example.com/{}".format, st.sampled_from("abc"), TOKEN)


def values(type_, name):
    """Give the strategy for the values that the server would take for a setting."""
    part = catalogue.schema(f"integrations/{type_}")["properties"][name]
    if part.get("x-mask") == "url":
        return URL
    if KINDS[type_].fields[name].sensitive:
        return HEX32 if "pattern" in part else TOKEN
    if "enum" in part:
        return st.sampled_from(part["enum"])
    return st.booleans() if part["type"] == "boolean" else TEXT


@st.composite
def integrations(draw, type_, nulls=False):
    """Give settings of a type: all that it requires, and some that it does not."""
    chosen = {}
    for name, field in KINDS[type_].fields.items():
        if field.required or draw(st.booleans()):
            chosen[name] = draw(values(type_, name))
        elif nulls and field.default is None and draw(st.booleans()):
            chosen[name] = None
    return {"type": type_, **chosen}


@st.composite
def projects(draw, desired=False):
    """Give integrations for some projects, no type twice in one."""
    types = sorted(KINDS.keys() - {"HIP_CHAT"} if desired else KINDS)  # Atlas takes no new HIP_CHAT
    return {
        id_: [
            draw(integrations(type_, nulls=desired))
            for type_ in sorted(draw(st.sets(st.sampled_from(types), max_size=5)))
        ]
        for id_ in IDS[: draw(st.integers(1, len(IDS)))]
    }


@dataclass
class World:
    """A folder with a desired state, a simulated API, and the secrets of both."""

    folder: object
    environ: dict
    secrets: list

    def write_live(self, live):
        for file in self.folder.iterdir():
            file.unlink()
        listed = [
            {"id": id_, "name": f"p-{id_[0]}", "integrations": live.get(id_, [])} for id_ in IDS
        ]
        (self.folder / "seed.json").write_text(json.dumps({"projects": listed}))
        self.secrets += [
            value
            for found in live.values()
            for item in found
            for name, value in item.items()
            if name != "type" and KINDS[item["type"]].fields[name].sensitive
        ]

    def write_desired(self, desired, prune, shuffle=None):
        order = list(desired.items())
        if shuffle:
            shuffle.shuffle(order)
        declared = [
            {"id": id_, "integrations": [self._declare(id_, item, shuffle) for item in items]}
            for id_, items in order
        ]
        if shuffle:
            for project in declared:
                shuffle.shuffle(project["integrations"])
        state = {"version": 1, "api": "atlas", "prune": prune, "projects": declared}
        (self.folder / "desired.yaml").write_text(yaml.safe_dump(state, sort_keys=False))

    def _declare(self, id_, item, shuffle):
        declared = {}
        for name, value in item.items():
            if name == "type" or value is None or not KINDS[item["type"]].fields[name].sensitive:
                declared[name] = value
                continue
            variable = f"S_{id_}_{item['type']}_{name}"
            self.environ[variable] = value
            self.secrets.append(value)
            declared[name] = {"env": variable}
        if shuffle:
            names = list(declared)
            shuffle.shuffle(names)
            declared = {name: declared[name] for name in names}
        return declared

    def job(self, **options):
        target = Target(simulate=self.folder / "state.db", seed=self.folder / "seed.json")
        return workflow.Job([str(self.folder / "desired.yaml")], Stop(), target, **options)

    def apply_all(self, **options):
        """Plan, allow whatever a guard would refuse, and apply."""
        plan = workflow.plan(self.job())
        count = {name: sum(c.action == name for c in plan.changes) for name in ("delete", "update")}
        allowed = Overrides(
            deletes=count["delete"],
            updates=count["update"],
            losses=sum(change.losses for change in plan.changes),
            empty=True,
            dark=frozenset(IDS),
        )
        return plan, workflow.apply(self.job(overrides=allowed, **options), lambda _: True)


@pytest.fixture
def world(tmp_path, monkeypatch):
    environ = {}
    monkeypatch.setattr("reconciler.secrets.env.os.environ", environ)
    return World(tmp_path, environ, [])


@settings(EMPTIED, max_examples=150)
@given(projects(desired=True), projects(), st.booleans())
def test_after_an_apply_nothing_is_left_to_do(world, desired, live, prune):
    world.write_live(live)
    world.write_desired(desired, prune)
    plan, applied = world.apply_all()
    assert applied.exit == 0, applied.problems
    assert applied.settled
    assert {outcome.status for outcome in applied.outcomes} <= {"done"}
    assert len(applied.outcomes) == len(plan.operations)
    again = workflow.plan(world.job(overrides=Overrides(empty=True)))
    assert (again.exit, again.operations) == (0, ())
    assert workflow.drift(world.job()).exit == 0


def stored(world):
    """Give what is live, in plaintext; a default is as good as unset."""
    state = sqlite3.connect(world.folder / "state.db")
    rows = state.execute("SELECT project_id, type, settings FROM integrations").fetchall()
    state.close()
    return {
        (id_, type_): {
            name: value
            for name, value in json.loads(text).items()
            if value != KINDS[type_].fields[name].default
        }
        for id_, type_, text in rows
    }


def fill_in(world, text, live):
    """Put the old secrets where a rollback refers to them, as people would who know them."""
    state = yaml.safe_load(text)
    for project in state["projects"]:
        old = {item["type"]: item for item in live.get(project["id"], [])}
        for integration in project["integrations"]:
            for name, value in list(integration.items()):
                if not isinstance(value, dict):
                    continue
                if name in old[integration["type"]]:
                    world.environ[value["env"]] = old[integration["type"]][name]
                else:
                    del integration[name]
    (world.folder / "desired.yaml").write_text(yaml.safe_dump(state))


@settings(EMPTIED, max_examples=100)
@given(projects(desired=True), projects(desired=True), st.booleans())
def test_a_rollback_brings_back_what_was(world, desired, live, prune):
    live = {
        id_: [{name: v for name, v in item.items() if v is not None} for item in items]
        for id_, items in live.items()
    }
    world.write_live(live)
    world.write_desired(desired, prune)
    workflow.plan(world.job(overrides=Overrides(empty=True)))
    before, texts = stored(world), []
    plan, _ = world.apply_all(rollback=texts.append)
    assert len(texts) == bool(plan.operations)
    for text in texts:
        assert not any(secret in text for secret in world.secrets)
        fill_in(world, text, live)
        back = world.apply_all()[1]
        assert back.exit == 0, back.problems
    assert stored(world) == before


@settings(EMPTIED, max_examples=60)
@given(projects(desired=True), projects(), st.booleans(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_is_irrelevant(world, desired, live, prune, shuffle):
    assume(desired)
    world.write_live(live)
    world.write_desired(desired, prune)
    plan = workflow.plan(world.job())
    world.write_desired(desired, prune, shuffle=random.Random(shuffle.random()))
    shuffled = workflow.plan(world.job())
    assert shuffled.digest == plan.digest
    assert [(o.method, o.path) for o in shuffled.operations] == [
        (o.method, o.path) for o in plan.operations
    ]


@settings(EMPTIED, max_examples=60)
@given(projects(desired=True), projects(), st.booleans())
def test_no_output_holds_a_secret_or_its_tail(world, desired, live, prune):
    world.secrets.clear()
    world.write_live(live)
    world.write_desired(desired, prune)
    shown = io.StringIO()
    with redirect_stdout(shown), redirect_stderr(shown):
        reports = [workflow.drift(world.job()), *world.apply_all()]
    for report in reports:
        for render in FORMATS.values():
            shown.write(render(report, Style()))
    text = shown.getvalue()
    digests = {report.digest for report in reports if report.digest}
    for digest in digests:
        text = text.replace(digest, "")
    for secret in world.secrets:
        assert secret not in text
        assert secret[-6:] not in text
