"""`python -m relay_server` and the command `hookline-relay`."""

import sys

from relay_server.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
