"""The options about receipts: where they are kept, and where their key is."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.options import FILE, writable
from reconciler.cli.output import write_file

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.core.secret import Reference
    from reconciler.proof import Ledger


def _references(
    ctx: click.Context, option: click.Parameter, value: tuple[str, ...]
) -> tuple[Reference, ...]:
    """Read references as reports write them."""
    del ctx, option
    from reconciler.secrets.key import parse_reference

    references = tuple(parse_reference(text) for text in value)
    if None in references:
        raise click.BadParameter("must be SOURCE:NAME, such as env:RECEIPTS_KEY")
    return tuple(reference for reference in references if reference)


def _options(*, required: bool) -> tuple[Any, ...]:
    return (
        click.option(
            "--receipts", type=FILE, callback=writable, required=required,
            help="Prove secrets by the receipts in this file; `apply` writes new ones to it.",
        ),
        click.option(
            "--receipts-key", "keys", multiple=True, metavar="REFERENCE", callback=_references,
            required=required, help="Where the receipts' key is kept, such as env:NAME. Of several"
            " the first makes new receipts, and the others still prove old ones.",
        ),
    )  # fmt: skip


RECEIPTS = _options(required=False)
"""For commands that compare."""
RECEIPTS_REQUIRED = _options(required=True)
"""For commands about receipts."""


def take_ledger(given: dict[str, Any]) -> Ledger | None:
    """Take where receipts are kept out of what was given. Raises UsageError for half of it."""
    from reconciler.proof import Ledger

    file, keys = given.pop("receipts"), given.pop("keys")
    if bool(file) is not bool(keys):
        raise click.UsageError("--receipts and --receipts-key go together")
    return Ledger(keys, _read(file), partial(write_file, file)) if file else None


def _read(file: Path) -> str:
    """Read the file; none is an empty one, and what is no text counts as damaged."""
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        return "(no text)"
    except OSError as error:
        raise click.UsageError(f"{file} cannot be read: {error.strerror}") from None
