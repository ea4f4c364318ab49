"""Read pairs of service and user from stdin, and write what the keyring has for each to stdout.

This is run as a program of its own, and shares nothing with the rest: JSON in and JSON out.
"""

from __future__ import annotations

import json
import sys


def main() -> None:
    """Answer `{"values": […]}`, null for what is not there, or `{"error": NAME}`."""
    import keyring

    try:
        values = [keyring.get_password(service, user) for service, user in json.load(sys.stdin)]
    except Exception as error:  # noqa: BLE001 - backends raise what they like
        answer: dict[str, object] = {"error": type(error).__name__}
    else:
        answer = {"values": values}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
