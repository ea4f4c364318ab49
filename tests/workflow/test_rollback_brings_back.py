"""What was rehearsed is done, and a rollback with old secrets filled in brings back what was."""

from __future__ import annotations

import json
import re
from contextlib import closing
from pathlib import Path

import pytest
import yaml

from reconciler import catalogue
from reconciler.api.dialects import DIALECTS
from reconciler.simulator import Store

ID, NAME = "5d791c84ff7a2522cc4f9aa1", "payments"
WORDS = {"scheme": "http", "listenAddress": ":9216", "serviceDiscovery": "http", "enabled": True}


def value(field, era):
    """Give a value of a field that differs from era to era, where there is a choice."""
    if field.name in WORDS:
        return WORDS[field.name]
    if field.name.startswith("send"):
        return era == "new"
    if field.name == "region":
        return "US" if era == "old" else "EU"
    if field.default is not None:
        return field.default if era == "old" else not field.default
    if "url" in field.name.lower():
        return f"https://hooks.example.com/{era}/0123"
    return (("0" if era == "old" else "1") * 32) if field.sensitive else f"{era}-word"


def settings(kind, era):
    """Set every second optional setting of a kind, which are others in each era."""
    optional = [field for field in kind.fields.values() if not field.required]
    chosen = optional[era == "old" :: 2]
    needed = [field for field in kind.fields.values() if field.required]
    return {field.name: value(field, era) for field in [*needed, *chosen]}


def declared(kind, era):
    """Give the settings as a desired state has them: secrets by reference."""
    return {
        name: {"env": "NEW"} if kind.fields[name].sensitive and "https" not in str(it) else it
        for name, it in settings(kind, era).items()
    }


def kept(dialect):
    """Give what the state holds, with defaults filled in, since both mean the same."""
    with closing(Store.open(Path("state.db"))) as store, store.transaction():
        found = store.integrations(ID)
    defaults = {
        type_: {f.name: f.default for f in kind.fields.values() if f.default is not None}
        for type_, kind in catalogue.kinds(dialect).items()
    }
    return {one.type: {**defaults[one.type], **one.settings} for one in found}


def problems(run, command, *options):
    """Run with all that the guards ask to be said, and give the errors."""
    told = json.loads(run("plan", options[0], "--format", "json").stdout)["problems"]
    hints = " ".join(problem["hint"] for problem in told)
    allowed = re.findall(r"(--allow-[a-z]+) ([0-9]+|'[^']+')", hints)
    said = [part.strip("'") for pair in allowed for part in pair]
    done = json.loads(run(command, *options, "--yes", *said, "--format", "json").stdout)
    errors = [problem for problem in done["problems"] if problem["severity"] == "error"]
    return errors + [one for one in done["outcomes"] if one["status"] != "done"]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_was_updated_deleted_and_created_is_rehearsed_done_and_undone(
    run, monkeypatch, dialect
):
    kinds = {
        type_: kind
        for type_, kind in catalogue.kinds(dialect).items()
        if type_ != "HIP_CHAT"  # which Atlas lists, and refuses
    }
    types = list(kinds)
    made, gone, changed = types[:2], types[2:4], types[4:]
    before = [{"type": type_, **settings(kinds[type_], "old")} for type_ in gone + changed]
    project = {"id": ID, "name": NAME, "api": dialect, "integrations": before}
    Path("seed.json").write_text(json.dumps({"projects": [project]}))
    wanted = [{"type": type_, **declared(kinds[type_], "new")} for type_ in made + changed]
    wanted += [{"type": type_, "ensure": "absent"} for type_ in gone]
    state = {"version": 1, "api": dialect, "projects": [{"id": ID, "integrations": wanted}]}
    Path("desired.yaml").write_text(json.dumps(state))
    monkeypatch.setenv("NEW", "1" * 32)
    run("plan", "desired.yaml", "--seed", "seed.json")
    was = kept(dialect)
    assert problems(run, "apply", "desired.yaml", "--rehearse") == []
    assert kept(dialect) == was
    assert problems(run, "apply", "desired.yaml", "--rollback", "back.yaml") == []
    assert kept(dialect) != was

    back = yaml.safe_load(Path("back.yaml").read_text())
    originals = {one["type"]: one for one in before}
    for one in back["projects"][0]["integrations"]:
        for name, reference in list(one.items()):
            old = originals.get(one["type"], {}).get(name)
            if isinstance(reference, dict) and old is None:
                del one[name]  # as the comment beside it says
            elif isinstance(reference, dict):
                monkeypatch.setenv(reference["env"], old)
    Path("back.yaml").write_text(yaml.safe_dump(back))
    assert problems(run, "apply", "back.yaml") == []
    assert kept(dialect) == was
