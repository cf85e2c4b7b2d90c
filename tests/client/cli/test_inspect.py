"""`hookline inspect`."""

import os

from client.api import ApiServer
from client.running import RunningAgent, announced
from tests.client.cli.person import WORDS, Person
from tests.client.deliveries.stage import Desk, event
from tests.system.terminal import on_terminal


async def test_terminal_is_needed(person: Person) -> None:
    """Without one the user is told what to use instead."""
    done = await person.runs("inspect")
    assert (done.code, "needs a terminal" in done.err, "`hookline list`" in done.err) == (2, True, True)


async def test_nothing_runs(person: Person) -> None:
    """There is nothing to attach to."""
    async with on_terminal([*WORDS, "inspect"], env=person.environment(), cwd=person.home) as terminal:
        await terminal.shows(b"no hookline runs: start one with `hookline http 3000`")
        assert await terminal.ended() == 1


async def test_running_client_is_shown_and_goes_on(person: Person, desk: Desk) -> None:
    """The newest client's deliveries are on the screen; `q` leaves it."""
    content, fields = event("evt_here")
    await desk.send(content, fields)
    server = ApiServer(desk.inspector, port=0)
    url = await server.start()
    agents = person.home / "state" / "hookline" / "agents"
    with announced(RunningAgent(os.getpid(), url, 1.0), agents):
        async with on_terminal([*WORDS, "inspect"], env=person.environment(), cwd=person.home) as terminal:
            await terminal.shows(b"call.ended")
            terminal.press(b"q")
            assert await terminal.ended() == 0
    desk.feed.close()
    await server.close()
