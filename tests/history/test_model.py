"""Whatever runs there were, a history says the same as plain sets do."""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from reconciler import history
from reconciler.core.drift import CHANGED, Difference, Drift, Item, Scope
from reconciler.core.state import ProjectRef

PROJECTS = ("p", "q", "r")
TYPES = ("SLACK", "DATADOG")
SETTINGS = ("apiKey", "region")
BLIND = frozenset({("SLACK", "apiKey"), ("DATADOG", "apiKey")})


@st.composite
def looks(draw):
    """Draw one run: when it is, what really differs, and what the run gets to see of that."""
    differs = {
        (project, type_): draw(
            st.sampled_from(["", "", "missing", "unwanted", "apiKey", "region", "apiKey region"])
        )
        for project in PROJECTS
        for type_ in TYPES
    }
    projects = draw(st.none() | st.frozensets(st.sampled_from(PROJECTS)))
    types = draw(st.none() | st.frozensets(st.sampled_from(TYPES), min_size=1))
    blind = draw(st.sampled_from([frozenset(), BLIND]))
    ignored = draw(st.booleans())
    hidden = {Item("p", "SLACK", CHANGED, "region")} if ignored else set()
    scope = None if projects is None else Scope(projects, types, blind, frozenset(hidden))
    return draw(st.integers(0, 1000)), differs, scope


def items_of(differs):
    """Give what differs as a set of items."""
    return {item for key, how in differs.items() for item in _items(*key, how)}


def _items(project, type_, how):
    if how in ("missing", "unwanted"):
        return [Item(project, type_, how, "")]
    return [Item(project, type_, CHANGED, field) for field in how.split()]


def drifts_of(items):
    """Put items together, as a report has them."""
    keys = sorted({item[:3] for item in items})
    return [
        Drift(
            ProjectRef(project, project.upper()),
            project,
            type_,
            kind,
            tuple(
                Difference(item.field, 1, 2)
                for item in sorted(items)
                if item[:3] == (project, type_, kind) and item.field
            ),
        )
        for project, type_, kind in keys
    ]


@dataclass
class Model:
    """What is open, and since when."""

    open: dict = field(default_factory=dict)

    def look(self, at, items, scope):
        seen = {item for item in items if scope and scope.covers(item)}
        gone = {item for item in self.open if scope and scope.covers(item)} - seen
        new = seen - self.open.keys()
        unseen = self.open.keys() - seen - gone - (scope.ignored if scope else set())
        resolved = {item: self.open.pop(item) for item in gone}
        self.open |= dict.fromkeys(new, at)
        return seen, new, resolved, {item: self.open[item] for item in unseen}


@given(st.lists(looks(), max_size=8))
def test_a_history_says_what_sets_say(tmp_path_factory, runs):
    file, model = tmp_path_factory.mktemp("model") / "history.db", Model()
    for at, differs, scope in runs:
        seen, new, resolved, unseen = model.look(at, items_of(differs), scope)
        told = history.Seen("http://a", at, 2 if seen else 0, {}, drifts_of(seen), scope)
        with history.opened(file) as connection:
            past = history.record(connection, told)
        assert past.new == new
        assert dict(past.since) == {item: model.open[item] for item in seen}
        assert {gone.item: gone.since for gone in past.resolved} == resolved
        assert {gone.item: gone.since for gone in past.unseen} == unseen
        last = past.moments[-1]
        assert (last.new, last.resolved, last.unseen) == (len(new), len(resolved), len(unseen))
        assert last.drift == (None if scope is None else len(drifts_of(seen)))
    if runs:
        with history.opened(file) as connection:
            history.prune(connection, 1, None)
            left = [row for row in history.everything(connection) if row["ended"] is None]
        kept = {Item(*(row[name] for name in Item._fields)): row["since"] for row in left}
        assert kept.items() <= model.open.items()
        if runs[-1][2] is None:
            assert kept == model.open


@given(looks(), looks())
def test_two_addresses_know_nothing_of_each_other(tmp_path_factory, one, other):
    file = tmp_path_factory.mktemp("two") / "history.db"
    pasts = []
    for address, (at, differs, _) in (("http://a", one), ("http://b", other)):
        told = history.Seen(address, at, 0, {}, drifts_of(items_of(differs)), Scope())
        with history.opened(file) as connection:
            pasts.append(history.record(connection, told))
    assert [len(past.moments) for past in pasts] == [1, 1]
    assert pasts[1].new == items_of(other[1])
    assert pasts[1].unseen == ()
