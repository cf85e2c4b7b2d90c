"""`python -m relay_server` and the command `hookline-relay`."""

import sys


def main() -> int:
    """Run the command; Ctrl-C is quiet from the first moment on, while modules are still being imported.

    Returns:
        The exit code.
    """
    try:
        from shared.interrupt import ending_at_once  # noqa: PLC0415 - see above

        with ending_at_once():
            from relay_server.cli.main import main as run  # noqa: PLC0415
    except KeyboardInterrupt:
        return 130
    return run()


if __name__ == "__main__":
    sys.exit(main())
