"""A history in a file of its own."""

from contextlib import contextmanager

import pytest

from reconciler import history


@pytest.fixture
def file(tmp_path):
    return tmp_path / "history.db"


@pytest.fixture
def keep(file):
    """Record a run; gives what the history says of it."""

    def record(seen):
        with history.opened(file) as connection:
            return history.record(connection, seen)

    return record


@pytest.fixture
def reading(file):
    @contextmanager
    def look():
        with history.opened(file, create=False, writing=False) as connection:
            yield connection

    return look
