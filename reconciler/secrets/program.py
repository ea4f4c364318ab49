"""`{exec: NAME#KEY}`: a program that the operator's policy names; the desired state cannot.

It reads one JSON object from stdin, `{"name": …, "key": …, "version": …}`, the latter two null
where the reference says nothing of them, and writes one to stdout: `{"value": …}`, and where it
knows them `"version"` and `"createdAt"` (RFC 3339). Any exit code but 0 means that it has no such
secret. What it writes to stderr is not shown.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from reconciler.core.problem import did_you_mean
from reconciler.secrets import child, content
from reconciler.secrets.batch import each
from reconciler.secrets.source import Resolved, Unavailable, Unresolved, missing, split_version

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.core.policy import Program
    from reconciler.secrets.source import Answer

    Programs = Mapping[str, Program]


class _Call(NamedTuple):
    name: str
    key: str | None
    version: str | None

    def __str__(self) -> str:
        return f"exec:{self.name}" + (f"#{self.key}" if self.key else "")


def fetch(names: Sequence[str], programs: Programs | None = None) -> Mapping[str, Answer]:
    """Call the program of each name; a program that cannot be used at all is told once."""
    wanted = {name: _parse(name) for name in names}
    answers = each(wanted.values(), lambda call: _ask(call, programs), lambda call: call.name)
    return {name: answers[call] for name, call in wanted.items()}


def _parse(name: str) -> _Call:
    plain, version = split_version(name)
    program, _, key = plain.partition("#")
    return _Call(program, key or None, version)


def _ask(call: _Call, programs: Programs | None) -> Resolved:
    if programs is None:
        sentence = "no policy of the operator allows programs that give secrets"
        hint = f"have the operator name {call.name} under `programs` in a policy, for --policy"
        raise Unavailable(Unresolved("policy-missing", sentence, hint, everywhere=True))
    program = programs.get(call.name)
    if program is None:
        sentence = f"the operator's policy names no program {call.name}"
        hint = did_you_mean(call.name, programs) or "have the operator name it under `programs`"
        raise Unavailable(Unresolved("forbidden-secret", sentence, hint))
    done = child.run(program.argv, program.environment, json.dumps(call._asdict()).encode())
    if done.code != 0:
        hint = f"run it by hand: {program.argv[0]}"
        raise missing(f"the program {call.name} has no {call}: it ended with {done.code}", hint)
    return _resolved(content.parse(done.output, f"the answer for {call}"), call)


def _resolved(answer: Any, call: _Call) -> Resolved:
    value = content.field(answer, "value", f"the answer for {call}")
    version = content.within(answer, "version")
    created = content.moment(content.within(answer, "createdAt"))
    return Resolved(value, None if version is None else str(version), created)
