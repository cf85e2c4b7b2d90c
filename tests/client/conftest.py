"""A desk for each test: a store in a directory of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.client.deliveries.stage import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Give a store with everything around it, closed at the end."""
    desk = Desk(tmp_path / "history.sqlite")
    yield desk
    desk.store.close()
