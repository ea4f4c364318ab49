"""`reconciler simulate`."""

from __future__ import annotations

import os
from contextlib import closing
from typing import TYPE_CHECKING

import click

from reconciler.api.stop import Stop, Stopped
from reconciler.cli.options import FILE, OLD_FILE
from reconciler.cli.signals import stopping
from reconciler.core.exits import Exit

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.simulator import Refusal, Service, Switches
    from reconciler.simulator.switches import Switch

_SIGNALLED = 128


class _Command(click.Command):
    """Lists the switches below the options."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from reconciler.simulator import list_switches

        del ctx
        with formatter.section("Switches for what is not known of the API, as is likeliest"):
            formatter.write_dl([_line(switch) for switch in list_switches()])


def _line(switch: Switch) -> tuple[str, str]:
    several = set(switch.choices) - {"true", "false"}
    choices = f" ({', '.join(switch.choices)})" if several else ""
    return f"{switch.name}={switch.default}", f"{switch.help}{choices}"


def _switches(ctx: click.Context, option: click.Parameter, given: tuple[str, ...]) -> Switches:
    from reconciler.simulator import read_switches

    del ctx, option
    try:
        return read_switches(given)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def _refusals(ctx: click.Context, option: click.Parameter, given: tuple[str, ...]) -> list[Refusal]:
    from reconciler.simulator import read_refusal

    del ctx, option
    try:
        return [read_refusal(text) for text in given]
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@click.command(cls=_Command)
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True)
@click.option("--state", type=FILE, required=True, help="SQLite file that keeps the state.")
@click.option("--seed", type=OLD_FILE, help="Fill a new state from this JSON or YAML file.")
@click.option(
    "--switch", "switches", multiple=True, metavar="NAME=VALUE", callback=_switches,
    help="Decide what is not known of the API; see below. Repeatable.",
)  # fmt: skip
@click.option(
    "--refuse", "refusals", multiple=True, metavar='"METHOD PATH STATUS [CODE [TIMES]]"',
    callback=_refusals,
    help="Answer requests with an error, to rehearse it; PATH is a glob. Repeatable.",
)  # fmt: skip
def command(
    port: int, state: Path, seed: Path | None, switches: Switches, refusals: list[Refusal]
) -> int:
    """Serve the API on this machine, until interrupted.

    Any API key is accepted, unless MONGODB_ATLAS_PUBLIC_API_KEY and MONGODB_ATLAS_PRIVATE_API_KEY
    are set: then exactly that one. Any service account, unless MONGODB_ATLAS_CLIENT_ID and
    MONGODB_ATLAS_CLIENT_SECRET are set.
    """
    from reconciler.simulator import StateError, open_service

    keys = _pair("PUBLIC_API_KEY", "PRIVATE_API_KEY")
    account = _pair("CLIENT_ID", "CLIENT_SECRET")
    stop = Stop()
    try:
        service = open_service(
            state, seed=seed, keys=keys, account=account, switches=switches, refusals=refusals
        )
        with closing(service), stopping(stop):
            stop.pause(0)
            _serve(service, port)
    except (StateError, OSError) as error:
        click.echo(f"reconciler: simulator: {error}", err=True)
    except Stopped:
        return _SIGNALLED + stop.signal
    return Exit.FAILED


def _serve(service: Service, port: int) -> None:
    """Serve until a signal comes, which raises Stopped."""
    from reconciler.simulator import serve

    with serve(service, "127.0.0.1", port) as server:
        click.echo(f"Serving on http://127.0.0.1:{server.server_port}", err=True)
        server.serve_forever()


def _pair(*names: str) -> tuple[str, str] | None:
    """Read two variables that go together; None unless both are set."""
    first, second = (os.environ.get(f"MONGODB_ATLAS_{name}") for name in names)
    return (first, second) if first and second else None
