"""A program that holds many tunnels: `python -m benchmarks.links PORT CA COUNT DIRECTORY`.

Each has a link of its own, as one client has; every delivery is answered at once. Says `ready` when all are there.
"""

import asyncio
import random
import sys
import time
from contextlib import closing
from pathlib import Path

from client.relay import Dialer, RelayAddress, Tether, TetherState
from relay_server.tokens import Tokens
from relay_server.tokens.schema import open_store
from shared.exchange import Content, Request, Response
from shared.http.heads import ResponseHead
from shared.loop import run
from shared.protocol.hello import Wanted

AT_ONCE = 20
"""Links that are opened together."""
LINKS_PER_TOKEN = 50
"""The relay lets one token hold 64."""
ANSWER = ResponseHead(200, b"OK", ((b"Content-Length", b"2"),))
PATIENCE_SECONDS = 10.0


def names(count: int) -> list[str]:
    """Give the endpoints' names."""
    return [f"t{number:04}" for number in range(count)]


def tokens(directory: Path, count: int) -> list[str]:
    """Make as many tokens in the relay's directory as so many links need; give one for each link."""
    with closing(open_store(directory)) as store:
        book = Tokens(store, clock=time.time)
        made = [book.create(f"links-{number}") for number in range((count - 1) // LINKS_PER_TOKEN + 1)]
    return [made[number // LINKS_PER_TOKEN] for number in range(count)]


async def answer(request: Request) -> Response:
    """Answer a delivery as the quickest of apps would."""
    request.content.discard()
    return Response(ANSWER, Content(b"ok"))


def tether(dialer: Dialer, name: str, online: asyncio.Event) -> Tether:
    """Make a link that says when it is there."""

    def changed(state: TetherState) -> None:
        if state.online:
            online.set()

    return Tether(
        dialer=dialer,
        wanted=(Wanted(name, pool=False),),
        handler=answer,
        on_state=changed,
        on_granted=lambda _granted: None,
        on_notice=lambda _notice: None,
        random=random.random,
    )


async def hold(port: int, authority: Path, count: int, directory: Path) -> None:
    """Hold the tunnels until the process is ended.

    Raises:
        TimeoutError: some did not come up.
    """
    address = RelayAddress.parse(f"https://localhost:{port}")
    waiting = list(zip(names(count), tokens(directory, count), strict=True))
    async with asyncio.TaskGroup() as tasks:
        while waiting:
            batch, waiting = waiting[:AT_ONCE], waiting[AT_ONCE:]
            events = []
            for name, token in batch:
                events.append(asyncio.Event())
                dialer = Dialer(address, token, "benchmark", authority)
                tasks.create_task(tether(dialer, name, events[-1]).run())
            async with asyncio.timeout(PATIENCE_SECONDS):
                for event in events:
                    await event.wait()
        print("ready", flush=True)


if __name__ == "__main__":
    run(hold(int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])))
