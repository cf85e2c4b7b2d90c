"""`hookline`, and `python -m client`."""

from client.cli.main import main

if __name__ == "__main__":
    main()
