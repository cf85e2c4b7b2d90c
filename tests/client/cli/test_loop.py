"""Coroutines side by side, and how signals end them."""

import asyncio
import os
import signal

import pytest

from client.cli.loop import first, until_stopped
from shared.errors import LinkClosed


async def test_first_end_ends_the_others() -> None:
    """Those that still run are cancelled, and have cleaned up when `first` returns."""
    cleaned: list[str] = []

    async def endless() -> None:
        """Wait for ever."""
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            cleaned.append("endless")

    async def short() -> None:
        """End at once."""

    await first(endless(), short())
    assert cleaned == ["endless"]


async def test_failure_is_raised_as_it_is() -> None:
    """Not in a group: whoever called can name what went wrong."""

    async def failing() -> None:
        """Fail."""
        raise LinkClosed("gone")

    with pytest.raises(LinkClosed, match="gone"):
        await first(asyncio.Event().wait(), failing())


async def test_cancellation_reaches_all() -> None:
    """Whoever cancels `first` cancels what it runs."""
    ended: list[int] = []

    async def endless(number: int) -> None:
        """Wait for ever."""
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(number)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await first(endless(1), endless(2))
    assert sorted(ended) == [1, 2]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_signal_ends_the_work_in_order(number: signal.Signals) -> None:
    """The work is cancelled, and what it does then is waited for."""
    cleaned: list[bool] = []

    async def work() -> None:
        """Be interrupted."""
        try:
            os.kill(os.getpid(), number)
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.01)
            cleaned.append(True)

    assert await until_stopped(work()) is True
    assert cleaned == [True]


async def test_work_that_ends_by_itself_was_not_stopped() -> None:
    """And what it raised is raised."""

    async def work() -> None:
        """End."""

    async def failing() -> None:
        """Fail."""
        raise LinkClosed("gone")

    assert await until_stopped(work()) is False
    with pytest.raises(LinkClosed):
        await until_stopped(failing())
