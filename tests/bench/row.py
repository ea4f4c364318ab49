"""What was measured against what, and whether it is good enough."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Row:
    """One bound. Floor and measured are those of the pair with the median ratio."""

    what: str
    floor: str
    measured: str
    ratio: float
    bound: float

    @property
    def is_met(self) -> bool:
        """Whether the bound holds."""
        return self.ratio <= self.bound

    def cells(self) -> list[str]:
        """Give the columns of the table."""
        verdict = "ok" if self.is_met else "MISSED"
        return [self.what, self.floor, self.measured, f"{self.ratio:.2f}", str(self.bound), verdict]


@dataclass(frozen=True)
class Skipped:
    """A row that could not be measured."""

    what: str
    reason: str

    def cells(self) -> list[str]:
        """Give the columns of the table."""
        return [self.what, "", "", "", "", f"skipped: {self.reason}"]


def of_pairs(what: str, pairs: list[tuple[float, float]], bound: float) -> Row:
    """Make a row of pairs of floor and measured seconds: the median ratio counts."""
    ratios = sorted(pairs, key=lambda pair: pair[1] / pair[0])
    floor, measured = ratios[len(ratios) // 2]
    ratio = median(measured / floor for floor, measured in pairs)
    return Row(what, f"{floor:.3f} s", f"{measured:.3f} s", ratio, bound)


def table(results: list[Row | Skipped]) -> str:
    """Write the results in columns."""
    head = ["what", "floor", "measured", "ratio", "bound", ""]
    lines = [head, *(result.cells() for result in results)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head) - 1)]
    return "".join(f"{_line(line, widths)}\n" for line in lines)


def _line(cells: list[str], widths: list[int]) -> str:
    what, *numbers, verdict = cells
    right = [cell.rjust(width) for cell, width in zip(numbers, widths[1:], strict=True)]
    return "  ".join([what.ljust(widths[0]), *right, verdict]).rstrip()
