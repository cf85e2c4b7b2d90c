"""Work beside the screen."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, cast

import pytest
from textual.app import App
from textual.dom import NoScreen
from textual.screen import Screen
from textual.worker import WorkerFailed

from client.tui.screens.background import run


class Empty(App[None]):
    """An interface with nothing in it."""


async def test_work_that_outlives_the_interface_ends_quietly() -> None:
    """What finds its widgets gone while everything ends is no failure."""
    gone = asyncio.Event()

    async def work() -> None:
        """Look for the screen when there is none any more."""
        try:
            await asyncio.Event().wait()
        finally:
            gone.set()
            raise NoScreen("node has no screen")

    app = Empty()
    async with app.run_test() as pilot:
        run(cast("Screen[None]", app.screen), work, group="test")
        await pilot.pause()
    assert gone.is_set()


async def test_missing_screen_while_the_interface_runs_is_a_failure() -> None:
    """A fault is not hidden."""

    async def work() -> None:
        """Look for what is not there."""
        raise NoScreen("node has no screen")

    with pytest.raises(WorkerFailed):
        await _run(work)


async def _run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    app = Empty()
    async with app.run_test() as pilot:
        run(cast("Screen[None]", app.screen), work, group="test")
        await pilot.pause()
