"""`reconciler targets`."""

from __future__ import annotations

import gc
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from reconciler import workflow
from reconciler.api.stop import Stop, Stopped
from reconciler.cli.options import (
    CONNECT,
    FILE,
    NO_COLOR,
    PATHS,
    POLICY,
    PROJECT,
    Output,
    options,
    seconds,
    take_target,
    writable,
)
from reconciler.cli.output import tell, write
from reconciler.cli.progress import progress
from reconciler.cli.signals import stopping
from reconciler.cli.target_file import refresh
from reconciler.cli.untaken import only
from reconciler.core.exits import Exit
from reconciler.core.problem import Problem
from reconciler.report import file_sd

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.steps.discover import Targets

_SIGNALLED = 128
_SCHEMES = ("public", "private", "private-endpoint")
_LONGEST_WATCH = 86_400

OWN = (
    click.option(
        "--output", "file", type=FILE, callback=writable,
        help="Replace this file at once when its content changes, instead of printing; targets of "
        "a project that cannot be read stay in it.",
    ),
    click.option(
        "--watch", type=click.FloatRange(0, _LONGEST_WATCH, min_open=True), callback=seconds,
        metavar="SECONDS", help="Do it again and again, this long apart, until interrupted.",
    ),
    click.option(
        "--scheme", type=click.Choice(_SCHEMES),
        help="Which addresses to ask for, on Atlas; public ones if not said.",
    ),
    click.option(
        "--endpoint-id", metavar="ID", help="The endpoint, with --scheme private-endpoint."
    ),
    *only("--format", "json", "file_sd_configs reads nothing else", help="The form of targets."),
    POLICY,
    *PROJECT,
    *only("--type", "PROMETHEUS", "no other type has targets", help="The type that has targets."),
    *only(
        "--secrets", "all", "discovery asks for each integration's password",
        help="Their passwords are resolved, and no other secret.",
    ),
)  # fmt: skip


@click.command()
@PATHS
@options(OWN, NO_COLOR, CONNECT)
def command(watch: float | None, **given: Any) -> int:
    """Print the targets of Prometheus discovery, as JSON for `file_sd_configs`.

    Each declared project that has a PROMETHEUS integration is asked, with the user name and
    password of that integration. An API key or a service account is needed only where a project is
    declared without its id.

    Whatever the exit code, except 64, stdout holds one whole list: of what could be read. What
    Prometheus watches belongs in --output, which no failure empties.
    """
    params = _params(given.pop("scheme"), given.pop("endpoint_id"))
    output = Output("json", given.pop("file"), given.pop("no_color"))
    if watch and not output.file:
        raise click.UsageError("--watch goes with --output")
    job = workflow.Job(
        given.pop("paths"),
        Stop(),
        target=take_target(given),
        projects=given.pop("projects"),
        policy=given.pop("policy"),
    )
    told: set[Problem] = set()

    def look() -> int:
        return _look(job, params, output, told)

    between = Stop()  # for a signal that comes between two looks
    try:
        with stopping(between):
            between.pause(0)
            return _watch(look, watch) if watch else look()
    except Stopped:
        return _SIGNALLED + between.signal


def _params(scheme: str | None, endpoint: str | None) -> dict[str, str]:
    """Give the query of the request, under the API's names."""
    if (scheme == "private-endpoint") is not bool(endpoint):
        raise click.UsageError("--scheme private-endpoint and --endpoint-id go together")
    params = {"targetScheme": scheme.upper().replace("-", "_")} if scheme else {}
    return params | ({"endpointId": endpoint} if endpoint else {})


def _watch(look: Callable[[], int], pause: float) -> int:
    """Look until interrupted. What is wrong with the desired state from the start ends it too."""
    code = look()
    _sweep()
    if code == Exit.INVALID:
        return code
    while code < _SIGNALLED:
        code = _wait(pause) or look()
        _sweep()
    return code


def _sweep() -> None:
    """Let go of what is done with: loading froze it, and no collection comes by by itself."""
    gc.unfreeze()
    gc.collect()


def _wait(pause: float) -> int:
    stop = Stop()
    try:
        with stopping(stop):
            stop.pause(pause)
    except Stopped:
        return _SIGNALLED + stop.signal
    return 0


def _look(job: workflow.Job, params: dict[str, str], output: Output, told: set[Problem]) -> int:
    """Ask every project once, show what came of it, and give the exit code.

    `told` is what the look before this one told, whose warnings are not repeated; errors are.
    """
    stop = Stop()
    try:
        with stopping(stop), progress() as shown:
            report, targets = workflow.targets(replace(job, stop=stop, progress=shown), params)
            problems = [*report.problems, *_deliver(targets, output)]
    except Stopped:
        return _SIGNALLED + stop.signal
    tell([problem for problem in problems if problem.is_error or problem not in told], output)
    told.clear()
    told.update(problems)
    failed = any(problem.is_error for problem in problems)
    if stop.signal:
        return _SIGNALLED + stop.signal
    return int(report.exit) or (Exit.FAILED if failed else Exit.OK)


def _deliver(targets: Targets, output: Output) -> list[Problem]:
    if output.file:
        return refresh(output.file, targets)
    if write(sys.stdout, file_sd.render(targets.groups())):
        return []
    return [Problem("unwritable-output", "the targets cannot be written", "look at the disk")]
