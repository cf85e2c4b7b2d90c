"""Runs what waits for the client beside the screen's own messages."""

from collections.abc import Callable, Coroutine
from typing import Any, cast

from textual.dom import NoScreen
from textual.screen import Screen
from textual.worker import WorkType


def run(screen: Screen[None], work: Callable[[], Coroutine[Any, Any, None]], *, group: str, only: bool = False) -> None:
    """Begin `work` as a worker of `screen`, which ends with it.

    Args:
        screen: the parent.
        work: called when its turn comes, so that work which is overtaken leaves no coroutine behind.
        group: a name for work of the same kind.
        only: cancel what else of the group still runs.
    """
    app = screen.app

    async def working() -> None:
        """Do the work. While the interface ends, its parts go one by one: what does not find them has nothing to do."""
        try:
            await work()
        except NoScreen:
            if app.is_running:
                raise

    screen.run_worker(cast("WorkType[None]", working), group=group, exclusive=only)
