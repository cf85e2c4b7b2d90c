"""A developer at the screen: presses keys, waits until nothing more happens, reads."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from textual.pilot import Pilot

from client.tui.app import HooklineApp
from client.tui.screens.main import MainScreen
from client.tui.widgets.delivery_list import DeliveryList
from client.tui.widgets.detail import DetailPane
from client.wording import Signs
from tests.client.tui.fake import BEGAN, FakeInspector

_PATIENCE_SECONDS = 5.0
_STEP_SECONDS = 0.01


class Desk:
    """An application, its pilot, and the client it looks at."""

    pilot: Pilot[None]

    def __init__(self, fake: FakeInspector, *, signs: Signs, theme: str, reports: Path) -> None:
        self.fake = fake
        self.reports = reports
        self.app = HooklineApp(fake, close=fake.close, clock=lambda: BEGAN, signs=signs, theme=theme, reports=reports)

    @property
    def screen(self) -> MainScreen:
        """The main screen."""
        screen = self.app.screen_stack[0]
        assert isinstance(screen, MainScreen)
        return screen

    @property
    def list(self) -> DeliveryList:
        """The list."""
        return self.screen.query_one(DeliveryList)

    @property
    def detail(self) -> DetailPane:
        """The detail."""
        return self.screen.query_one(DetailPane)

    @property
    def text(self) -> str:
        """Everything on the screen."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)

    @property
    def selected(self) -> int:
        """The number of the selected delivery."""
        row = self.app.session.browser.selected
        return row.seq if row is not None else -1

    async def settle(self) -> None:
        """Wait until what was begun is done."""
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        """Press keys."""
        await self.pilot.press(*keys)
        await self.settle()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something is so.

        Raises:
            AssertionError: it was not so in five seconds; holds what the screen showed.
        """
        for _ in range(int(_PATIENCE_SECONDS / _STEP_SECONDS)):
            if condition():
                return
            await asyncio.sleep(_STEP_SECONDS)
        raise AssertionError(self.text)

    async def sees(self, text: str) -> None:
        """Wait until a text is on the screen."""
        await self.until(lambda: text in self.text)
