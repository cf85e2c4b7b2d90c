"""Ctrl-C while modules are imported."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ending_at_once() -> Iterator[None]:
    """Have Ctrl-C end the process without Python's help.

    A `KeyboardInterrupt` that meets a callback of the import system, or a `__del__`, is printed and dropped, and the
    command goes on. Whoever started the process with SIGINT ignored, as a shell does in the background, keeps it so.
    """
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
