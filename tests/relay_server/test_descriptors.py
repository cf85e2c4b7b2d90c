"""File descriptors for connections."""

import resource
from collections.abc import Iterator

import pytest

from relay_server.descriptors import RESERVED, allow_many, connections_within


@pytest.fixture
def limit() -> Iterator[tuple[int, int]]:
    """Give the limits of this process; what the test makes of them ends with it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield soft, hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_file_descriptors_are_used_up_to_the_limit(limit: tuple[int, int]) -> None:
    """A relay may have as many connections as the system grants."""
    soft, hard = limit
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(256, soft), hard))
    allow_many()
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard)


def test_connections_are_bounded_by_descriptors(limit: tuple[int, int]) -> None:
    """A relay that may open 256 files does not accept what it could not open."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, limit[1]))
    assert (connections_within(20_000), connections_within(100)) == (256 - RESERVED, 100)


def test_system_without_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing bounds the files, what is wanted is what there may be."""
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert connections_within(20_000) == 20_000
