"""A screen on a client in memory."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from client.wording import UNICODE, Signs
from tests.client.tui.desk import Desk
from tests.client.tui.fake import FakeInspector

Open = Callable[..., AbstractAsyncContextManager[Desk]]


@pytest.fixture
def desk(tmp_path: Path) -> Open:
    """Give what opens a screen on a client."""

    @asynccontextmanager
    async def open_desk(
        fake: FakeInspector, size: tuple[int, int] = (120, 40), *, signs: Signs = UNICODE, theme: str = "hookline-dark"
    ) -> AsyncIterator[Desk]:
        one = Desk(fake, signs=signs, theme=theme, reports=tmp_path / "reports")
        async with one.app.run_test(size=size, notifications=True) as pilot:
            one.pilot = pilot
            await one.settle()
            yield one

    return open_desk
