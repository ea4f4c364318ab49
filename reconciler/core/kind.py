"""What is known about an integration type in one dialect; read from its schema by the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

Plain = str | bool | int | float


class Echo(StrEnum):
    """How the API shows a setting back."""

    PLAIN = "plain"
    MASKED = "masked"
    ABSENT = "absent"


class Mask(StrEnum):
    """What a masked setting is, which says what its mask looks like."""

    KEY = "key"
    URL = "url"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Field:
    """One setting of a kind. `default` is None where the API has none."""

    name: str
    echo: Echo
    mask: Mask | None
    sensitive: bool
    """Given by reference to a secret, or as a literal that is never shown."""
    literal: bool
    """A sensitive setting that may also be written out."""
    default: Plain | None
    required: bool
    alphabet: int | None = None
    """How many signs each character of a value is chosen from at random; None if it is not."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One integration type as a dialect offers it; `fields` in the order of the schema."""

    type: str
    title: str
    fields: Mapping[str, Field]
    alerting: bool
    """Carries alerts to people, so that a project must not lose its last one unnoticed."""
    retired: str
    """Why nobody should still use it; empty for a living type."""
    length_counts: bool
    """Whether a key's mask is as long as the key in this dialect."""
