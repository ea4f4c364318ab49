"""The history of drift: a SQLite file in which each run finds what the runs before it saw."""

from reconciler.history.prune import prune
from reconciler.history.record import Seen, everything, record, runs
from reconciler.history.store import HistoryError, opened

__all__ = ["HistoryError", "Seen", "everything", "opened", "prune", "record", "runs"]
