"""What plain scalars mean: YAML 1.2's core schema, without octal, hexadecimal and floats."""

from __future__ import annotations

import re
from typing import Any

_WORDS = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("null", "Null", "NULL", "~", ""), None),
}
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})\Z")
"""Short decimal integers. Longer ones are ids of projects, and stay text as written."""
_MOST = 8192


class Scalars(dict[str, Any]):
    """Gives what a plain text means, and remembers the first few thousand."""

    def __init__(self) -> None:
        """Know the words that are no text."""
        super().__init__(_WORDS)

    def __missing__(self, text: str) -> Any:
        """Tell integers from text."""
        value = int(text) if _INT.match(text) else text
        if len(self) < _MOST:
            self[text] = value
        return value
