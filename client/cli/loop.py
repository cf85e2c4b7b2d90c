"""How a command's coroutines run side by side, and end in order."""

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from shared.errors import leaf

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, `kill` or a supervisor, and a terminal that was closed."""


async def until_stopped(work: Coroutine[Any, Any, object]) -> bool:
    """Run `work` until it ends, or the user or the system asks the program to end: then it cleans up, cancelled.

    Returns:
        True when the program was asked to end.
    """
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        with suppress(NotImplementedError):
            loop.add_signal_handler(number, asked.set)

    async def until_asked() -> None:
        """Take the signal."""
        await asked.wait()

    await first(work, until_asked())
    return asked.is_set()


async def first(*coroutines: Coroutine[Any, Any, object]) -> None:
    """Run all until the first one ends, then cancel the others; what it raised is raised."""
    try:
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(coroutine) for coroutine in coroutines]
            await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in running:
                task.cancel()
    except BaseExceptionGroup as group:
        raise leaf(group) from None
