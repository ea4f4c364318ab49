"""The exit codes: a contract with every script that runs this tool."""

from enum import IntEnum


class Exit(IntEnum):
    """What a run came to. An interrupted run exits with 128 and the signal's number."""

    OK = 0
    FAILED = 1
    PENDING = 2
    INVALID = 3
    REFUSED = 4
    INCOMPLETE = 5
    USAGE = 64
