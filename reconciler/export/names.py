"""Name the environment variables that the secrets of an export are to be put into."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

from reconciler.core.forbidden import forbidden

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from reconciler.core.state import ProjectRef
    from reconciler.export.declare import Declaration

    Key = tuple[ProjectRef, str, str]
    """A project, a type, and a setting."""

_HUMP = re.compile("(?<=[a-z0-9])(?=[A-Z])")
_ODD = re.compile("[^A-Z0-9]+")


def variables(projects: Sequence[Declaration], prefix: str = "") -> Mapping[Key, str]:
    """Name a variable for each secret: project, type and setting, such as PAY_SLACK_API_TOKEN.

    Every name is there once. Where two would meet, all names of both projects carry the id of
    their project. A name that no integration may refer to, as a project named `aws` would give,
    begins with PROJECT. The order of the projects makes no difference. `prefix` begins every name.
    """
    keys = [key for project in projects for key in _secrets(project)]
    met: set[ProjectRef] = set()
    while True:
        names = {key: prefix + _name(key, met) for key in keys}
        count = Counter(names.values())
        meeting = {key[0] for key, name in names.items() if count[name] > 1} - met
        if not meeting:
            return names
        met |= meeting


def _secrets(project: Declaration) -> Iterator[Key]:
    for integration in project.integrations:
        for setting in integration.settings:
            if setting.value is None:
                yield project.ref, integration.type, setting.name


def _name(key: Key, met: Collection[ProjectRef]) -> str:
    ref, type_, setting = key
    words = [_project(ref)]
    if ref in met:
        words.append(_upper(ref.id or ""))
    name = _HUMP.sub("_", setting).upper()
    if not name.startswith(f"{type_}_"):  # microsoftTeamsWebhookUrl says its type already
        words.append(type_)
    variable = "_".join([*words, name])
    return f"PROJECT_{variable}" if forbidden("env", variable) else variable


def _project(ref: ProjectRef) -> str:
    """Give the letters and digits of the name that a variable can have; of the id, if none."""
    name = _upper(ref.name or "")
    if not name:
        name = _upper(ref.id or "")
    return name if name[:1].isalpha() else f"PROJECT_{name}"


def _upper(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.upper()).encode("ascii", "ignore").decode()
    return _ODD.sub("_", plain).strip("_")
