"""Rules that no import contract can express."""

import ast
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "reconciler"
MODULES = {
    str(file.relative_to(PACKAGE)): ast.parse(file.read_text()) for file in PACKAGE.rglob("*.py")
}


def _calls(name):
    """Name the modules that call a method or function of this name."""
    return {
        module
        for module, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", getattr(node.func, "id", None)) == name
    }


def test_a_secret_is_revealed_where_a_request_is_made_and_nowhere_else():
    assert _calls("reveal") == {"api/codec.py", "api/basic.py"}


def test_the_store_of_hidden_values_is_touched_by_its_own_module_alone():
    touching = {
        module
        for module, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Name | ast.Attribute)
        and getattr(node, "attr", getattr(node, "id", None)) == "_VALUES"
    }
    assert touching == {"core/secret.py"}


def test_nothing_is_unpickled_or_evaluated():
    for name in ("eval", "exec", "loads_pickle", "Delta"):
        assert _calls(name) == set()
