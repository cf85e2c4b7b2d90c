"""Taking deliveries out of the file."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from client.deliveries.removal import SLICE_PARTS, pending, remove_slice, runs
from shared.exchange import Content, Request
from tests.client.deliveries.stage import Desk, event, head_of


@given(st.sets(st.integers(1, 60)))
def test_runs_cover_the_numbers_and_nothing_else(numbers: set[int]) -> None:
    """Each run is as long as it can be."""
    found = list(runs(sorted(numbers)))
    assert [seq for low, high in found for seq in range(low, high + 1)] == sorted(numbers)
    assert all(before[1] + 1 < after[0] for before, after in pairwise(found))


async def test_slice_takes_deliveries_with_their_attempts(desk: Desk) -> None:
    """What is between them stays."""
    for number in range(5):
        await desk.send(*event(f"evt_{number}"))
    desk.store.flush()
    connection = desk.store._file.connection
    assert connection is not None
    assert remove_slice(connection, [1, 2, 4])
    assert connection.execute("SELECT key >> 20 FROM attempts").fetchall() == [(3,), (5,)]
    assert [row.seq for row in await desk.inspector.deliveries()] == [3, 5]


async def test_long_contents_go_in_slices_of_their_own(desk: Desk) -> None:
    """The delivery goes when its parts are gone."""
    desk.capture_bytes = 4 * 1024**2
    desk.record = desk.recorder()
    content = b"x" * (SLICE_PARTS + 4) * 65_536
    await desk.deliver(Request(head_of(content), desk.delivery(), Content(content)))
    connection = desk.store._file.connection
    assert connection is not None
    assert not remove_slice(connection, [1])
    assert connection.execute("SELECT count(*) FROM deliveries").fetchone() == (1,)
    while not remove_slice(connection, [1]):
        pass
    for table in ("deliveries", "attempts", "parts"):
        assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)  # noqa: S608 - a constant


def test_nothing_is_pending_in_an_empty_file(desk: Desk) -> None:
    """Nobody is being answered."""
    connection = desk.store._file.connection
    assert connection is not None
    assert pending(connection) == set()
