"""A hidden value does not show itself, whatever looks at it."""

import copy
import gc
import inspect
import json
import pickle
import pprint
import sys
import traceback

import pytest
import yaml
from deepdiff import DeepDiff, DeepHash

from reconciler.core.secret import Ends, Literal, Masked, Reference, Secret, describe, echoes

CANARY = "kd83hfPq0Zm4XvbT"


def _traceback_with_locals(value):
    def blow_up(argument):
        raise RuntimeError

    try:
        blow_up(value)
    except RuntimeError as error:
        shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    return "".join(shown.format())


def _slots(value):
    names = [name for cls in type(value).__mro__ for name in getattr(cls, "__slots__", ())]
    return [getattr(value, name, "") for name in names]


def _attributes(value):
    found = [getattr(value, name) for name in dir(value)]
    return [attribute for attribute in found if not callable(attribute)]


SINKS = {
    "repr": repr,
    "str": str,
    "format": lambda value: f"{value:>20}",
    "percent": lambda value: "%s %r" % (value, value),  # noqa: UP031 - a sink of its own
    "concatenation": lambda value: "" + value,
    "join": lambda value: ", ".join(iter([value])),
    "json": json.dumps,
    "json with a default": lambda value: json.dumps(value, default=str),
    "json of its dict": lambda value: json.dumps(value, default=vars),
    "pickle": pickle.dumps,
    "copy": copy.deepcopy,
    "yaml": yaml.dump,
    "yaml safe": yaml.safe_dump,
    "slots": _slots,
    "dir": _attributes,
    "members": inspect.getmembers,
    "pprint": pprint.pformat,
    "DeepDiff": lambda value: DeepDiff({"a": value}, {"a": 1}).to_json(),
    "DeepHash": lambda value: dict(DeepHash({"a": value})),
    "bytes": bytes,
    "list": list,
    "slice": lambda value: value[-4:],
    "length": len,
    "truth": bool,
    "encode": lambda value: value.encode(),
    "referents": gc.get_referents,
    "traceback": _traceback_with_locals,
}


@pytest.mark.parametrize("hide", [Secret, Literal, Masked])
@pytest.mark.parametrize("sink", SINKS)
def test_no_sink_shows_a_hidden_value(sink, hide):
    try:
        shown = SINKS[sink](hide(CANARY))
    except Exception as error:  # noqa: BLE001 - refusing is the best answer
        shown = f"{error!r}"
    text = shown.decode("latin-1") if isinstance(shown, bytes) else f"{shown!r} {shown!s}"
    assert CANARY not in text
    assert CANARY[-4:] not in text


def test_hidden_values_cannot_be_compared_by_accident():
    with pytest.raises(TypeError):
        assert Secret("a") == Secret("a")


def test_the_value_goes_when_the_secret_goes():
    value = str(object())
    references = sys.getrefcount(value)
    hidden = Secret(value)
    assert sys.getrefcount(value) == references + 1
    del hidden
    assert sys.getrefcount(value) == references


def test_a_secret_is_named_by_its_reference_and_a_literal_not_at_all():
    reference = Reference("env", "KEY")
    assert describe(reference) == describe(Secret("x", reference)) == "env:KEY"
    assert describe(Literal("https://example.com")) == "(masked)"


@pytest.mark.parametrize(
    ("text", "echoed"),
    [
        ("apiKey kd83hfPq0Zm4XvbT is invalid", True),
        ("…ends in XvbT", True),
        ("ends in xvbt", True),
        ("backwards TbvX4mZ0", True),
        ("apiKey must be a hexadecimal string", False),
    ],
)
def test_four_characters_of_a_secret_are_an_echo(text, echoed):
    assert echoes(text, Secret(CANARY)) is echoed


@pytest.mark.parametrize(
    ("text", "betrays"),
    [
        ("the key ends in XvbT", True),
        ("shown as ****", True),
        ("Basic bWRiX3NhOmtkODM=", True),
        ("6b6438336866507130", True),
        ("of another integration: Zk3vQ9xLmT", True),
        ("No group with ID 5d791c84ff7a2522cc4f9aa1 exists.", False),
        ("HTTP_404_NOT_FOUND: Cannot find resource /api/atlas/v2/groups.", False),
        ("apiKey must be a hexadecimal string of 32 characters", False),
    ],
)
def test_a_foreign_text_betrays_a_secret_by_its_end_or_by_what_looks_random(text, betrays):
    assert Ends([Secret(CANARY)]).are_in(text) is betrays
