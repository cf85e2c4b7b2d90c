"""Several addresses of one host."""

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from client.race import HEAD_START_SECONDS, Candidate, Outcomes, race
from tests.waiting import settled


@contextmanager
def silence() -> Iterator[Candidate]:
    """Give an address that answers nothing: its queue is full, so the system drops what comes."""
    with socket.socket() as listener, ExitStack() as callers:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(3):
            caller = callers.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(listener.getsockname())
        yield local(listener.getsockname()[1])


def local(port: int, host: str = "127.0.0.1") -> Candidate:
    """Give a candidate of this machine."""
    return Candidate(socket.AF_INET6 if ":" in host else socket.AF_INET, (host, port))


async def test_first_that_connects(free_port: int) -> None:
    """The first that accepts is taken, and those before it are accounted for."""
    outcomes: Outcomes = {}
    with socket.create_server(("127.0.0.1", 0)) as listener:
        good = local(listener.getsockname()[1])
        won = await race([local(free_port), good, local(free_port, "::1")], outcomes)
    assert won is not None
    won.close()
    assert list(outcomes) == [local(free_port), good]
    assert isinstance(outcomes[local(free_port)], ConnectionRefusedError)


async def test_none_that_connects(free_port: int) -> None:
    """When all refuse, each refusal is there."""
    outcomes: Outcomes = {}
    candidates = [local(free_port), local(free_port, "::1")]
    assert await race(candidates, outcomes) is None
    assert [type(error) for error in outcomes.values()] == [ConnectionRefusedError] * 2


async def test_slow_candidate_is_joined_by_the_next() -> None:
    """A black hole costs a head start, not the whole time."""
    outcomes: Outcomes = {}
    began = time.perf_counter()
    with silence() as silent, socket.create_server(("127.0.0.1", 0)) as listener:
        won = await race([silent, local(listener.getsockname()[1])], outcomes)
    assert won is not None
    won.close()
    assert time.perf_counter() - began < HEAD_START_SECONDS + 1


async def test_race_that_nobody_wins(free_port: int) -> None:
    """When the race is over without a winner, that is said, whatever the order of the failures."""
    outcomes: Outcomes = {}
    unroutable = Candidate(socket.AF_INET, ("255.255.255.255", free_port))
    assert await race([unroutable, local(free_port)], outcomes) is None
    assert all(isinstance(error, OSError) for error in outcomes.values())


async def test_family_that_the_system_does_not_have(free_port: int) -> None:
    """A family without support, as IPv6 is on some machines, is one more attempt that failed."""
    outcomes: Outcomes = {}
    strange = Candidate(socket.AddressFamily.AF_IPX, ("127.0.0.1", free_port))
    assert await race([strange, local(free_port)], outcomes) is None
    assert [error is None for error in outcomes.values()] == [False, False]


async def test_race_that_is_cancelled() -> None:
    """A cancelled race leaves no socket open."""
    outcomes: Outcomes = {}
    with silence() as first, silence() as second:
        async with asyncio.TaskGroup() as group:
            racing = group.create_task(race([first, second], outcomes))
            await settled(lambda: len(outcomes) == 2)
            racing.cancel()
        assert outcomes == {first: None, second: None}


@pytest.mark.parametrize(
    ("candidate", "shown"),
    [
        (local(3000), "127.0.0.1:3000"),
        (local(3000, "::1"), "[::1]:3000"),
        (Candidate(socket.AF_UNIX, "/run/app.sock"), "/run/app.sock"),
    ],
)
def test_candidate_as_people_read_it(candidate: Candidate, shown: str) -> None:
    """An attempt is named as it would be typed."""
    assert str(candidate) == shown
