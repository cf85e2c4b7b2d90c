"""Taking deliveries out of the file."""

import sqlite3
from collections.abc import Callable
from itertools import count, pairwise

from hypothesis import given
from hypothesis import strategies as st

from client.deliveries.removal import MOST_DELIVERIES, SLICE_SECONDS, Portion, Slices, pending, runs
from shared.exchange import Content, Request
from tests.client.deliveries.stage import Desk, event, head_of


@given(st.sets(st.integers(1, 60)))
def test_runs_cover_the_numbers_and_nothing_else(numbers: set[int]) -> None:
    """Each run is as long as it can be."""
    found = list(runs(sorted(numbers)))
    assert [seq for low, high in found for seq in range(low, high + 1)] == sorted(numbers)
    assert all(before[1] + 1 < after[0] for before, after in pairwise(found))


def steps(seconds: float) -> Callable[[], float]:
    """Give a timer by which everything takes so long."""
    numbers = count()
    return lambda: next(numbers) * seconds


def connection_of(desk: Desk) -> sqlite3.Connection:
    """Give the connection that writes."""
    desk.store.flush()
    connection = desk.store._file.connection
    assert connection is not None
    return connection


def rows(desk: Desk, table: str) -> int:
    """Count the rows of a table."""
    found: int = connection_of(desk).execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - a constant
    return found


def test_portion_grows_while_it_is_quick_and_shrinks_by_what_it_was_too_slow() -> None:
    """It ends between half of the time and the whole of it, and is never nothing."""
    portion = Portion(10, most=100)
    amounts = []
    for seconds in (0.1, 0.1, 0.1, 0.1, 0.6, 2.0, 2.0, 100.0, 100.0):
        portion.took(seconds * SLICE_SECONDS)
        amounts.append(portion.amount)
    assert amounts == [20, 40, 80, 100, 100, 50, 25, 2, 1]


async def test_slice_takes_deliveries_with_their_attempts(desk: Desk) -> None:
    """What is between them stays."""
    for number in range(5):
        await desk.send(*event(f"evt_{number}"))
    assert Slices().remove(connection_of(desk), [1, 2, 4])
    assert connection_of(desk).execute("SELECT key >> 20 FROM attempts").fetchall() == [(3,), (5,)]
    assert [row.seq for row in await desk.inspector.deliveries()] == [3, 5]


async def test_slices_are_as_large_as_their_time(desk: Desk) -> None:
    """On a quick disk they double up to a bound; on a slow one each is a single delivery."""
    for number in range(200):
        await desk.send(b"%d" % number)
    sizes = []
    slices = Slices(timer=steps(0))
    left = list(range(1, 101))
    while left:
        part, left = left[: slices.deliveries], left[slices.deliveries :]
        assert slices.remove(connection_of(desk), part)
        sizes.append(len(part))
    assert sizes == [10, 20, 40, 30]
    assert slices.deliveries < MOST_DELIVERIES
    slices = Slices(timer=steps(SLICE_SECONDS * 50))
    assert slices.remove(connection_of(desk), list(range(101, 111)))
    assert slices.deliveries == 1


async def test_long_contents_go_in_slices_of_their_own(desk: Desk) -> None:
    """The delivery goes when its parts are gone, in slices of 2, 4, 8 and the 6 that are left."""
    desk.capture_bytes = 4 * 1024**2
    desk.record = desk.recorder()
    content = b"x" * 20 * 65_536
    await desk.deliver(Request(head_of(content), desk.delivery(), Content(content)))
    parts = rows(desk, "parts")
    slices = Slices(timer=steps(0))
    left = []
    while not slices.remove(connection_of(desk), [1]):
        assert rows(desk, "deliveries") == 1
        left.append(rows(desk, "parts"))
    assert left == [parts - 2, parts - 6, parts - 14, 0]
    assert [rows(desk, table) for table in ("deliveries", "attempts", "parts")] == [0, 0, 0]


async def test_delivery_that_was_replayed_often_goes_bit_by_bit(desk: Desk) -> None:
    """Its first attempt, which is the delivery itself, goes last."""
    await desk.send(*event())
    for _ in range(24):
        await desk.inspector.replay("dlv_000001")
    slices = Slices(timer=steps(SLICE_SECONDS * 0.7))
    left = []
    while not slices.remove(connection_of(desk), [1]):
        left.append(rows(desk, "attempts"))
    assert left == [15, 5]
    assert [rows(desk, table) for table in ("deliveries", "attempts")] == [0, 0]


def test_nothing_is_pending_in_an_empty_file(desk: Desk) -> None:
    """Nobody is being answered."""
    connection = desk.store._file.connection
    assert connection is not None
    assert pending(connection) == set()
