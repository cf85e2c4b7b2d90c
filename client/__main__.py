"""`hookline`, and `python -m client`."""

import sys


def main() -> None:
    """Run the command; Ctrl-C is quiet from the first moment on, while modules are still being imported."""
    try:
        from shared.interrupt import ending_at_once  # noqa: PLC0415 - see above

        with ending_at_once():
            from client.cli.main import main as run  # noqa: PLC0415
    except KeyboardInterrupt:
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
