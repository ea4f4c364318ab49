"""The campaign of faults: a part of each in every run of the tests, all of it with `--full`.

`python -m tests.faults` carries out the whole and prints its figures.
"""

import pytest

from tests.conftest import ROOT
from tests.faults import invariants, kills, signals, single
from tests.faults.campaign import campaigns, try_mutant, try_part
from tests.faults.faults import FAULTS
from tests.faults.mutants import MUTANTS
from tests.faults.ran import instantly

PARTS = 4
"""How many tests share a campaign, for workers to take one each."""
LARGE = ("single", "pairs", "chance", "contenders")
PROCESSES = ("kills", "toxics", "signals")


def part(name, number, full):
    one_in = 1 if full else campaigns()[name].one_in
    return try_part(name, number * one_in + one_in // 2, PARTS * one_in)


@pytest.mark.parametrize("number", range(PARTS))
@pytest.mark.parametrize("name", LARGE)
def test_whatever_goes_wrong_all_invariants_hold(name, number, request):
    result = part(name, number, request.config.getoption("--full"))
    assert result.broken == ()
    assert result.size >= 20


@pytest.mark.parametrize("name", PROCESSES)
def test_so_they_do_for_processes_and_over_sockets(name, request):
    one_in = 1 if request.config.getoption("--full") else campaigns()[name].one_in
    result = try_part(name, one_in // 2, one_in)
    assert result.broken == ()
    assert result.size >= 5


def test_nothing_grows_in_many_runs(request):
    campaign = campaigns()["soak"]
    with instantly():
        cycles = 1000 if request.config.getoption("--full") else 100
        assert campaign.carry_out((cycles,)).broken == ()


@pytest.mark.parametrize("name", MUTANTS)
def test_the_protocol_with_one_rule_removed_is_found(name, request):
    assert try_mutant(name, 3000 if request.config.getoption("--full") else 900), name


def test_the_campaign_is_as_large_as_it_says():
    assert len(FAULTS) >= 18
    assert len(MUTANTS) >= 20
    names = {*invariants.OF_EACH, *invariants.OF_ALL}
    assert names == {f"I{number}" for number in range(1, 15)}
    with instantly():
        sizes = {name: len(list(one.cases())) for name, one in campaigns().items()}
        writes = [fleet.writes for fleet in single.FLEETS]
    assert sizes["single"] >= 1080
    assert sizes["pairs"] >= 25000
    assert sizes["chance"] == 10000
    assert sizes["contenders"] >= 5000
    assert (sizes["toxics"], sizes["signals"]) == (200, signals.CASES)
    assert sizes["kills"] == kills.WRITES * (len(kills.INSTANTS) + len(kills.CUTS))
    assert writes[:3] == [15, 15, 15]


def test_the_readme_tells_of_the_campaign_as_it_is():
    """How long it took is of one machine and one day; how much is tried is not."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = text.split("\ncampaign ", 1)[1].split("\n```", 1)[0].splitlines()[1:]
    rows = [row.split(maxsplit=5) for row in table]
    with instantly():
        made = {
            name: [f"{len(list(one.cases())):,}", "0", one.title]
            for name, one in campaigns().items()
        }
    made["mutants"] = [str(len(MUTANTS)), "0", "the protocol with one rule removed"]
    assert {name: [size, broken, title] for name, size, broken, _, _, title in rows} == made
