"""Colour, where the place that a text goes to has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.color import ColorSystem
from rich.style import Style as Look

if TYPE_CHECKING:
    from reconciler.report.view import Style


def paint(text: str, look: str, style: Style) -> str:
    """Give the text in a look such as `bold red`, or as it is where there is no colour."""
    if not style.colour:
        return text
    return Look.parse(look).render(text, color_system=ColorSystem.STANDARD)
