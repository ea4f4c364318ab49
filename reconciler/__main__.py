"""The `reconciler` command, also as `python -m reconciler`: signals first, then all the rest."""

import signal


def main() -> None:
    """Hold signals until a run can tell of them, so that each gets its report; then begin."""
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    from reconciler.cli import main as command

    command()


if __name__ == "__main__":
    main()
