"""Lay an export out as a file of the desired state, with comments that say what it cannot hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.export.names import variables
from reconciler.export.scalars import scalar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from reconciler.core.state import ProjectRef
    from reconciler.export.declare import Declaration, Declared, LeftOut, Setting
    from reconciler.export.names import Key

_HEAD = """\
# yaml-language-server: $schema=./desired-state.schema.json
# That file is made by: reconciler schema > desired-state.schema.json"""
_TO_FILL = """
# Secrets to fill in: the API does not give them away. Set each where `reconciler` runs, or name
# another place in the settings above.
#"""
_ALLOW = "a plan of this file asks for --allow-empty."
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Export:
    """What is to be written down: projects in any order, and what is missing.

    `cut_off` says that the reading did not come to its end, so that nobody knows what is missing.
    `notes` are comments for the head of the file. `types` are those asked for, if not all. What
    `is_past` is no longer live when it is read: its secrets get variables of their own, lest new
    ones be taken for old ones.
    """

    api: str
    projects: Sequence[Declaration]
    unread: Sequence[ProjectRef] = ()
    cut_off: bool = False
    notes: Sequence[str] = ()
    is_past: bool = False
    types: Collection[str] = ()


def lay_out(export: Export) -> str:
    """Give the text of the file: projects by name, then id. It is valid, whatever is missing."""
    projects = sorted(export.projects, key=lambda project: project.sort_key)
    names = variables(projects, "OLD_" if export.is_past else "")
    notes = [f"# {note}" for note in export.notes]
    lines = [_HEAD, *notes, *_missing(export), "version: 1", f"api: {export.api}"]
    lines.append("projects:" if projects else "projects: []")
    for project in projects:
        lines += _project(project, names, is_past=export.is_past)
    is_empty = not any(project.integrations or project.tombstones for project in projects)
    if is_empty and not export.cut_off:
        lines += ["", f"# {_why_empty(export)}: {_ALLOW}"]
    lines += _to_fill(names.values())
    return "".join(f"{line}\n" for line in lines)


def _why_empty(export: Export) -> str:
    """Say why nothing is declared: nothing can be seen, or is of the types, or is there at all."""
    if not export.projects and not export.unread:
        return "No project can be seen with these credentials"
    if not export.projects:
        return "No project could be read"
    what = f"integration of the type {' or '.join(sorted(export.types))}"
    return f"These projects have no {what if export.types else 'integration'}"


def _missing(export: Export) -> Iterator[str]:
    if export.cut_off:
        yield "# Incomplete: the run ended before everything was read."
    if export.unread:
        yield "# Incomplete: these projects could not be read."
    for ref in sorted(export.unread, key=lambda ref: (ref.name or "", ref.id or "")):
        yield f"#   {' '.join(_foreign(part) for part in (ref.id, ref.name) if part)}"


def _project(project: Declaration, names: Mapping[Key, str], *, is_past: bool) -> Iterator[str]:
    ref = project.ref
    yield f"  - id: {scalar(ref.id or '')}"
    if ref.name:
        yield f"    name: {scalar(ref.name)}"
    is_empty = not (project.integrations or project.tombstones)
    yield "    integrations: []" if is_empty else "    integrations:"
    for integration in project.integrations:
        yield f"      - type: {integration.type}"
        for line in _settings(ref, integration, names, is_past=is_past):
            yield f"        {line}"
    for type_ in project.tombstones:
        yield f"      - type: {type_}"
        yield "        ensure: absent"
    for left_out in project.left_out:
        yield f"      {_left_out(left_out, is_past=is_past)}"


def _settings(
    ref: ProjectRef, integration: Declared, names: Mapping[Key, str], *, is_past: bool
) -> Iterator[str]:
    for setting in integration.settings:
        if setting.value is not None:
            yield f"{setting.name}: {scalar(setting.value)}"
        else:
            yield _reference(setting, names[ref, integration.type, setting.name], is_past=is_past)
    for name in integration.unset:
        yield f"{name}: null"
    for left_out in integration.left_out:
        if not (is_past and left_out.name in integration.empty):  # which null brings back
            yield _left_out(left_out, is_past=is_past)


def _reference(setting: Setting, variable: str, *, is_past: bool) -> str:
    remark = "" if setting.shown else "  # the API does not show it"
    if is_past:
        is_sure = "" if setting.shown else "; remove it, if there was none"
        remark = f"  # cannot be undone before it is filled in{is_sure}"
    return f"{setting.name}: {{env: {variable}}}{remark}"


def _left_out(left_out: LeftOut, *, is_past: bool) -> str:
    state = "cannot be undone" if is_past else "is live and not declared here"
    return f"# {_foreign(left_out.name)} {state}: {left_out.why}"


def _to_fill(names: Iterable[str]) -> Iterator[str]:
    if names:
        yield _TO_FILL
    for name in names:
        yield f"# export {name}="


def _foreign(text: str) -> str:
    """Make a text that others chose fit for a comment."""
    return scalar(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")
