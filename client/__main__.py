"""`hookline`, and `python -m client`."""

from shared.interrupt import ending_at_once


def main() -> None:
    """Run the command; Ctrl-C is quiet from the first moment on, while modules are still being imported."""
    with ending_at_once():
        from client.cli.main import main as run  # noqa: PLC0415 - see above
    run()


if __name__ == "__main__":
    main()
