"""A person at a shell."""

from pathlib import Path

import pytest

from tests.client.cli.person import Person


@pytest.fixture
def person(tmp_path: Path) -> Person:
    """Give somebody who has never run the command."""
    return Person(tmp_path / "person")
