"""The command line: options in, exit code out. Each command is one file, imported when it runs."""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from typing import TYPE_CHECKING

import click

from reconciler import __version__
from reconciler.cli import last_word
from reconciler.core.exits import Exit

if TYPE_CHECKING:
    from collections.abc import Sequence

_SIGNALLED = 128

COMMANDS = {
    "validate": "Check the desired state; needs no secret and no network.",
    "plan": "Show what an apply would do.",
    "apply": "Make the desired state live.",
    "drift": "Show how live differs from the desired state.",
    "history": "Look after what drift keeps of its runs.",
    "receipts": "Look after the receipts of written secrets.",
    "journal": "Read the journal of an apply.",
    "export": "Write down what is live as a desired state.",
    "targets": "Print the targets of Prometheus discovery.",
    "schema": "Print one JSON Schema of the desired state, for editors.",
    "simulate": "Serve the API on this machine.",
}


class _LazyGroup(click.Group):
    """Knows its commands by name, and imports one only to run it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"reconciler.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="reconciler")
def cli() -> None:
    """Keep the third-party integrations of MongoDB Atlas projects as YAML in git says."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, and give the exit code that the contract names; raises nothing.

    `arguments` are those of the process, if not said.
    """
    try:
        return int(cli.main(arguments, prog_name="reconciler", standalone_mode=False))
    except click.UsageError as error:
        error.show()
        return Exit.USAGE
    except click.ClickException as error:
        error.show()
    except (click.Abort, KeyboardInterrupt):
        return _SIGNALLED + signal.SIGINT
    except Exception as error:  # noqa: BLE001 - its message may hold a secret
        last_word.tell(error)
    return Exit.FAILED


def main() -> None:
    """Run the command line, and end the process."""
    last_word.install()
    last_word.keep_no_core()
    code = run()
    if code > _SIGNALLED:  # a request in flight must not hold what the user wants to end
        for stream in filter(None, (sys.stdout, sys.stderr)):
            stream.flush()
        os._exit(code)
    sys.exit(code)
