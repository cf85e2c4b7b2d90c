"""`python -m relay_server` and the command `hookline-relay`."""

import sys

from shared.interrupt import ending_at_once


def main() -> int:
    """Run the command; Ctrl-C is quiet from the first moment on, while modules are still being imported.

    Returns:
        The exit code.
    """
    with ending_at_once():
        from relay_server.cli.main import main as run  # noqa: PLC0415 - see above
    return run()


if __name__ == "__main__":
    sys.exit(main())
