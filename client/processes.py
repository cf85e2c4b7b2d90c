"""Starts processes so that none is left behind."""

import asyncio
from asyncio.subprocess import Process
from contextlib import suppress
from typing import Any


async def start(*words: str, **options: Any) -> Process:
    """Start a process, as `asyncio.create_subprocess_exec` does; cancelled meanwhile, it has ended before that is told.

    A process whose start is cancelled belongs to nobody: the event loop would neither end nor forget it.

    Raises:
        OSError: there is no such program, or the system has no room for one more.
    """
    async with asyncio.TaskGroup() as tasks:
        starting = tasks.create_task(_start(*words, **options))
        try:
            started = await asyncio.shield(starting)
        except asyncio.CancelledError:
            started = await starting
            if isinstance(started, Process):
                await end(started)
            raise
    if isinstance(started, OSError):
        raise started
    return started


async def _start(*words: str, **options: Any) -> Process | OSError:
    try:
        return await asyncio.create_subprocess_exec(*words, **options)
    except OSError as error:
        return error


async def end(process: Process) -> None:
    """End a process at once, if it runs."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
