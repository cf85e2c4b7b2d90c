"""`hookline demo`, ended at every moment."""

import asyncio
import os
import signal

import pytest

from tests.client.cli.person import WORDS, Person
from tests.system.program import family
from tests.system.terminal import on_terminal

pytestmark = pytest.mark.xdist_group("demo")


@pytest.mark.parametrize(
    ("number", "seconds"), [(signal.SIGINT, 0.0), (signal.SIGTERM, 0.1), (signal.SIGHUP, 0.2), (signal.SIGINT, 0.4)]
)
async def test_demo_that_is_ended_while_it_starts(person: Person, number: signal.Signals, seconds: float) -> None:
    """Within two seconds there is no process, no temporary file, and no complaint."""
    with person.running("demo", "--ui", "lines") as program:
        await program.says("starting a relay")
        await asyncio.sleep(seconds)
        program.signal(number)
        done = await program.ended(seconds=2)
        assert (done.code, "Traceback" in done.text, program.family(), person.left()) == (0, False, [], [])


async def test_demo_shows_deliveries_until_it_is_ended(person: Person) -> None:
    """The public URL, the CA, where the local API is, then what arrives."""
    with person.running("demo", "--ui", "lines") as program:
        await program.says(r"https://demo\.localhost:\d+  \(CA: .*ca\.pem\)", seconds=30)
        await program.says(r"local API http://127\.0\.0\.1:\d+")
        await program.says(r"--> call\.started .* ✓ talkifai")
        done = await program.interrupt()
        assert (done.code, program.family(), person.left()) == (0, [], [])


async def test_demo_on_a_terminal_is_ended_from_outside(person: Person) -> None:
    """A terminal window that is closed takes the whole demo with it."""
    async with on_terminal([*WORDS, "demo"], env=person.environment(), cwd=person.home) as terminal:
        await terminal.shows(b"call.started", seconds=30)
        os.kill(terminal.process.pid, signal.SIGHUP)
        assert await terminal.ended(seconds=4) == 0
        assert (family(str(person.home)), person.left()) == ([], [])
