"""Texts in, what is read of them out."""

import pytest

from reconciler.core.problem import Invalid
from reconciler.desired import load
from reconciler.desired.document import read
from reconciler.desired.syntax import Unreadable

HEAD = "version: 1\napi: {api}\nprojects:\n  - name: payments\n    integrations:\n"


@pytest.fixture
def value():
    """Read a text as a document, and give its value."""
    return lambda text: read("state.yaml", text.encode()).value


@pytest.fixture
def refusal():
    """Read what cannot be read, and give the problem."""

    def refuse(content):
        content = content.encode() if isinstance(content, str) else content
        with pytest.raises(Unreadable) as refused:
            read("state.yaml", content)
        return refused.value.problem

    return refuse


@pytest.fixture
def loaded(tmp_path, monkeypatch):
    """Load texts as files, and give what they declare and all problems, warnings included."""
    monkeypatch.chdir(tmp_path)

    def load_all(**files):
        for name, text in files.items():
            (tmp_path / f"{name}.yaml").write_text(text)
        try:
            return load([f"{name}.yaml" for name in files])
        except Invalid as invalid:
            return None, list(invalid.problems)

    return load_all


@pytest.fixture
def integrations(loaded):
    """Load the integrations of one project, and give them and all problems."""

    def load_these(*items, api="atlas"):
        text = HEAD.format(api=api) + "".join(f"      - {item}\n" for item in items)
        desired, problems = loaded(state=text)
        return desired and desired.projects[0].integrations, problems

    return load_these
