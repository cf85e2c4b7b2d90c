"""Tries the addresses of one host until one of them accepts (RFC 8305)."""

import asyncio
import socket
from itertools import zip_longest
from typing import NamedTuple

HEAD_START_SECONDS = 0.25
"""How long an attempt is alone before the next one joins it: the recommendation of RFC 8305 section 5."""


class Candidate(NamedTuple):
    """An address that may work."""

    family: socket.AddressFamily
    address: tuple[str, int] | str
    """As the family has it: host and port, or a path."""

    def __str__(self) -> str:
        if isinstance(self.address, str):
            return self.address
        host, port = self.address
        return f"[{host}]:{port}" if self.family == socket.AF_INET6 else f"{host}:{port}"


Outcomes = dict[Candidate, OSError | None]
"""What became of each attempt, in the order of their beginning; None: nothing yet."""


def alternated(candidates: list[Candidate]) -> list[Candidate]:
    """Alternate the families, the system's first choice first (RFC 8305 section 4)."""
    first = [candidate for candidate in candidates if candidate.family == candidates[0].family]
    second = [candidate for candidate in candidates if candidate.family != candidates[0].family]
    return [candidate for pair in zip_longest(first, second) for candidate in pair if candidate is not None]


async def race(candidates: list[Candidate], outcomes: Outcomes) -> socket.socket | None:
    """Give the first socket that connects, or None if none does.

    Args:
        candidates: in the order of preference.
        outcomes: filled as attempts begin and fail, so that it can be read after a time-out, too.
    """
    if len(candidates) == 1:
        return await _attempt(candidates[0], outcomes)
    return await _staggered(candidates, outcomes)


async def _staggered(candidates: list[Candidate], outcomes: Outcomes) -> socket.socket | None:
    winners: list[socket.socket] = []
    try:
        async with asyncio.TaskGroup() as group:
            waiting = list(candidates)
            running: set[asyncio.Task[socket.socket | None]] = set()
            while (waiting or running) and not winners:
                if waiting:
                    running.add(group.create_task(_attempt(waiting.pop(0), outcomes)))
                timeout = HEAD_START_SECONDS if waiting else None
                done, running = await asyncio.wait(running, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
                winners += [sock for task in done if (sock := task.result()) is not None]
            for task in running:
                task.cancel()
    except BaseException:
        _close(winners)
        raise
    _close(winners[1:])
    return winners[0] if winners else None


async def _attempt(candidate: Candidate, outcomes: Outcomes) -> socket.socket | None:
    outcomes[candidate] = None
    try:
        sock = socket.socket(candidate.family, socket.SOCK_STREAM)
    except OSError as error:
        outcomes[candidate] = error
        return None
    try:
        sock.setblocking(False)
        if isinstance(candidate.address, str):
            sock.connect(candidate.address)
        else:
            await asyncio.get_running_loop().sock_connect(sock, candidate.address)
    except OSError as error:
        outcomes[candidate] = error
        sock.close()
        return None
    except BaseException:
        sock.close()
        raise
    return sock


def _close(sockets: list[socket.socket]) -> None:
    for sock in sockets:
        sock.close()
