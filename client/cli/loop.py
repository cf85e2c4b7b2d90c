"""How a command's coroutines run side by side, and end in order."""

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from shared.errors import leaf


def stop_on_signals() -> asyncio.Event:
    """Give an event that is set when the user or the system asks the program to end."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        with suppress(NotImplementedError):
            loop.add_signal_handler(number, asked.set)
    return asked


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
