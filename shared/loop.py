"""The event loop that both programs run on: uvloop where it installs."""

import asyncio
import asyncio.sslproto
import ctypes
import gc
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from shared.streams import open_missing

T = TypeVar("T")

COLLECT_AFTER = (5_000, 10, 20)
"""Allocations between collections of garbage cycles (Python's own: 700, 10, 10).

An exchange makes some hundred objects and leaves no cycle behind, so a batch of them should not set the collector off.
A TLS connection does leave a cycle: with 50,000 here, closed ones added up to megabytes that nobody collected.
"""

CLEAN_SECONDS = 10.0
"""Between whole collections; they look at what came after the start alone."""

TLS_BUFFER_BYTES = 64 * 1024


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a program's coroutine to its end."""
    open_missing()  # uvloop ends the process where it is given a socket with the number of a standard stream
    gc.set_threshold(*COLLECT_AFTER)
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        return runner.run(_kept_clean(coroutine))


async def _kept_clean(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run `coroutine` with whole collections now and then: what closed connections leave goes while nothing happens."""
    gc.freeze()  # what the program's modules made stays; no collection need look at it again
    cleaning = _Cleaning(asyncio.get_running_loop())
    try:
        return await coroutine
    finally:
        cleaning.stop()


class _Cleaning:
    """Collects every CLEAN_SECONDS until it is stopped, and gives the memory back to the system.

    Two hundred TLS connections at once leave some 10 MiB in pieces that glibc keeps, and the next two hundred as much.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._handle = loop.call_later(CLEAN_SECONDS, self._collect)
        self._give_back = giver_back()

    def stop(self) -> None:
        self._handle.cancel()

    def _collect(self) -> None:
        gc.collect()
        self._give_back()
        self._handle = self._loop.call_later(CLEAN_SECONDS, self._collect)


def giver_back() -> Callable[[], None]:
    """Give what lets the system have the memory that was freed; does nothing where libc keeps none."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc alone has it
    return (lambda: None) if trim is None else (lambda: trim(0))  # 2 ms at most were measured


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    """Give what makes the loop."""
    try:
        import uvloop  # noqa: PLC0415 - it does not install everywhere
    except ImportError:
        # A connection's buffer is 256 KiB by default: 290 KiB measured for each that is stalled, 95 KiB with this.
        asyncio.sslproto.SSLProtocol.max_size = TLS_BUFFER_BYTES
        return asyncio.new_event_loop
    return uvloop.new_event_loop
