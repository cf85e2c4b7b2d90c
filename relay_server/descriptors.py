"""File descriptors: each connection takes one, and the system grants so many."""

import resource
from contextlib import suppress

RESERVED = 64
"""For all that is no public connection: files, listeners, the operator's socket, and what the loop itself needs."""


def allow_many() -> None:
    """Use all the file descriptors that the system grants: the usual soft limit is 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def connections_within(wanted: int) -> int:
    """Give how many connections there may be: `wanted`, if there are descriptors for them."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return wanted if soft == resource.RLIM_INFINITY else max(1, min(wanted, soft - RESERVED))
