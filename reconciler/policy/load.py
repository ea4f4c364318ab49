"""A file of YAML → one `Policy`, or every problem in it. Read as strictly as the desired state."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconciler import catalogue
from reconciler.core.address import Host, parse_host
from reconciler.core.policy import Policy, Program, Rule
from reconciler.core.problem import Invalid, Place, Problem
from reconciler.desired.document import Document, read
from reconciler.desired.explain import faults
from reconciler.desired.syntax import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES = 1024 * 1024
_PROGRAM = re.compile("[A-Za-z0-9_.-]+")


def load(file: str) -> Policy:
    """Read a policy. Raises Invalid where it cannot be read or used: that is never 'no policy'."""
    try:
        document = read(file, _content(file))
    except Unreadable as error:
        problem = error.problem
    else:
        return _Reader(document).policy()
    raise Invalid([problem])


def _content(file: str) -> bytes:
    begin = Place(file, 1, 1)
    try:
        with Path(file).open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or "no such path").lower()
        sentence = f"the operator's policy cannot be read: {reason}"
        problem = Problem("unreadable-file", sentence, "check the path", begin)
    else:
        if len(content) <= MOST_BYTES:
            return content
        sentence = "the operator's policy is larger than 1 MiB"
        problem = Problem("too-large", sentence, "use globs, so that fewer rules do", begin)
    raise Unreadable(problem)


class _Reader:
    """Gathers the parts of one document, and what is wrong with any of them."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._problems = list(document.problems)

    def policy(self) -> Policy:
        whole = self._document.value
        self._check("file", "the policy", whole, 0)
        given: dict[str, Any] = whole if isinstance(whole, dict) else {}
        rules = tuple(self._rule(item, mark) for mark, item in self._items(given, "secrets"))
        hosts = tuple(self._hosts(given)) if "webhookHosts" in given else None
        programs = dict(self._programs(given.get("programs")))
        if self._problems:
            raise Invalid(self._problems)
        return Policy(self._document.file, rules, hosts, programs)

    def _rule(self, item: Any, mark: int) -> Rule:
        self._check("rule", "a rule", item, mark)
        if not isinstance(item, dict):
            return Rule((), {})
        globs = {name: tuple(self._texts(item, name)) for name in item}
        return Rule(globs.pop("projects", ()), globs)

    def _hosts(self, whole: dict[str, Any]) -> Iterator[Host]:
        for mark, text in self._items(whole, "webhookHosts"):
            host = parse_host(text) if isinstance(text, str) else None
            if host:
                yield host
            else:
                hint = catalogue.schema("policy")["$defs"]["host"]["description"]
                self._tell("bad-format", "this is no host, and no network", hint, mark)

    def _programs(self, programs: Any) -> Iterator[tuple[str, Program]]:
        if not isinstance(programs, dict):
            return
        for mark, name in zip(self._document.marks(programs), programs, strict=True):
            if not _PROGRAM.fullmatch(name):
                hint = "use letters, digits, dots, dashes and underscores alone"
                self._tell("bad-format", "this is no name of a program", hint, mark)
            yield name, self._program(name, programs[name], mark)

    def _program(self, name: str, item: Any, mark: int) -> Program:
        self._check("program", name, item, mark)
        if not isinstance(item, dict):
            return Program(())
        argv, environment = tuple(self._texts(item, "argv")), self._texts(item, "environment")
        if argv and not Path(argv[0]).is_absolute():
            sentence = f"{name} must be given by its absolute path"
            hint = "else the working directory, which others may change, has a say in it"
            at = self._document.placer(item, mark)("argv")
            self._problems.append(Problem("bad-format", sentence, hint, at))
        return Program(argv, tuple(environment))

    def _texts(self, mapping: dict[str, Any], name: str) -> Iterator[str]:
        for mark, item in self._items(mapping, name):
            if isinstance(item, str) and (item or name == "argv"):
                yield item
            else:
                hint = 'quote it: "…"' if item else "give it a value, or remove it"
                self._tell("wrong-type", f"each item of {name} must be text", hint, mark)

    def _items(self, mapping: dict[str, Any], name: str) -> Iterator[tuple[int, Any]]:
        """Give the items of a list with their marks; what is no list has been told of."""
        items = mapping.get(name)
        if isinstance(items, list):
            yield from zip(self._document.marks(items), items, strict=True)

    def _check(self, part: str, subject: str, instance: Any, mark: int) -> None:
        self._problems += faults(self._document, "policy", part, subject, instance, mark)

    def _tell(self, code: str, sentence: str, hint: str, mark: int) -> None:
        at = Place.of(self._document.file, mark)
        self._problems.append(Problem(code, sentence, hint, at))
