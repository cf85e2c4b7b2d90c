"""`hookline`, and `python -m client`."""

import sys


def main() -> None:
    """Run the command; Ctrl-C is quiet from the first moment on, while modules are still being imported."""
    try:
        from client.cli.main import main as run  # noqa: PLC0415 - see above
    except KeyboardInterrupt:
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
