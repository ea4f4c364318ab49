"""Receipts as text: a file that may lie beside the desired state, one receipt a line."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from reconciler import catalogue
from reconciler.core.problem import warning
from reconciler.core.receipt import Receipt, Subject

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jsonschema.protocols import Validator

    from reconciler.core.problem import Problem
    from reconciler.core.receipt import Book

FORMAT = "reconciler-receipts/1"
_UNREADABLE = warning(
    "unreadable-receipts",
    "the file of receipts is damaged, and counts as empty",
    "restore it; or go on, and what is then written gets new receipts",
)


def parse(text: str) -> tuple[Book, list[Problem]]:
    """Read receipts; an empty text has none.

    A file that is damaged has none either, and a warning says so: without a receipt a secret is
    unproved, and no worse.
    """
    if not text.strip():
        return {}, []
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return {}, [_UNREADABLE]
    if not _validator().is_valid(document):
        return {}, [_UNREADABLE]
    receipts = [_receipt(item) for item in document["receipts"]]
    return {receipt.subject: receipt for receipt in receipts}, []


def render(receipts: Iterable[Receipt]) -> str:
    """Write receipts, sorted, so that the same ones give the same bytes and few lines change."""
    ordered = sorted(receipts, key=lambda receipt: receipt.subject)
    lines = ",\n".join(json.dumps(_item(receipt)) for receipt in ordered)
    return f'{{"format": "{FORMAT}", "receipts": [\n{lines}\n]}}\n'


@cache
def _validator() -> Validator:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - imports slowly

    return Draft202012Validator(catalogue.schema("receipts-v1"))


def _receipt(item: dict[str, str]) -> Receipt:
    subject = Subject(item["host"], item["project"], item["type"], item["setting"])
    rest = {name: item[name] for name in ("kid", "salt", "secret", "live", "written")}
    return Receipt(subject, **rest)


def _item(receipt: Receipt) -> dict[str, Any]:
    return {
        **receipt.subject._asdict(),
        "kid": receipt.kid,
        "salt": receipt.salt,
        "secret": receipt.secret,
        "live": receipt.live,
        "written": receipt.written,
    }
