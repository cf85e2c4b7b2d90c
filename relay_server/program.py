"""The relay as a process: signals, standard input and output, the loop."""

import asyncio
import importlib
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from relay_server import descriptors
from relay_server.app import Ready, Relay
from relay_server.config import Settings
from relay_server.errors import CannotStart
from relay_server.inherited import Inherited
from shared import loop
from shared.logs import Log

log = Log("hookline.relay")


def run(settings: Settings, *, on_ready: Callable[[Ready], None], end_with_stdin: bool) -> None:
    """Run a relay until SIGINT or SIGTERM.

    Args:
        settings: what to serve.
        on_ready: called once, when the relay serves.
        end_with_stdin: end as well when standard input ends, so that a parent that dies takes the relay along.

    Raises:
        ConfigError, CannotStart, StoreUnusable, SchemaTooNew: as `Relay`.
    """
    _require_parsers()
    descriptors.allow_many()
    sys.unraisablehook = _log_unraisable
    loop.run(_serve(settings, on_ready, end_with_stdin=end_with_stdin))


class _Ending:
    """Asked for once it lets deliveries finish, asked for twice it does not."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.draining: asyncio.Task[None] | None = None

    def ask(self) -> None:
        """End the relay."""
        if self.asked.is_set() and self.draining is not None:
            self.draining.cancel()
        self.asked.set()


async def _serve(settings: Settings, on_ready: Callable[[Ready], None], *, end_with_stdin: bool) -> None:
    loop = asyncio.get_running_loop()
    ending = _Ending()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ending.ask)
    if end_with_stdin:
        _watch_stdin(loop, ending.ask)
    async with Relay(settings, Inherited.of(os.environ, os.getpid())) as relay:
        on_ready(relay.ready)
        async with asyncio.TaskGroup() as tasks:
            caring = tasks.create_task(relay.run())
            await ending.asked.wait()
            caring.cancel()
            ending.draining = tasks.create_task(relay.drain())
    log.info("relay.ended")


def _watch_stdin(loop: asyncio.AbstractEventLoop, ended: Callable[[], None]) -> None:
    """Have `ended` called in the loop when standard input ends.

    A thread, since the loops cannot wait for every kind of standard input: a file or /dev/null is always ready.
    """

    def read() -> None:
        with suppress(OSError):
            while os.read(0, 4096):
                pass
        with suppress(RuntimeError):  # the loop is closed: it ended for another reason
            loop.call_soon_threadsafe(ended)

    threading.Thread(target=read, name="stdin", daemon=True).start()


def _require_parsers() -> None:
    """Refuse to serve with a parser written in Python: it takes requests that the C one refuses as malformed.

    Raises:
        CannotStart: one of the two was built without its C part.
    """
    hint = "install it again from its wheel: pip install --force-reinstall"
    try:
        importlib.import_module("httptools.parser.parser")
    except ImportError as error:
        raise CannotStart(f"httptools is here without its parser, which is written in C: {hint} httptools") from error
    from aiohttp import http_parser  # noqa: PLC0415 - beside the other

    if http_parser.HttpRequestParser is http_parser.HttpRequestParserPy:
        raise CannotStart(f"aiohttp is here without its parser, which is written in C: {hint} aiohttp")


def _log_unraisable(unraisable: Any) -> None:
    """Keep what Python cannot raise to one line, such as a TLS server name that is no text: anybody can send one."""
    log.debug("python.unraisable", error=unraisable.exc_value, where=unraisable.err_msg or "")
