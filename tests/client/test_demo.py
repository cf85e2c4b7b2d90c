"""The demo's parts together, in a process of its own: it reads files while it sets itself up."""

import sys
from pathlib import Path

import pytest

from tests.client.cli.person import Person
from tests.system.program import Program

pytestmark = pytest.mark.xdist_group("demo")

FIRST_STEP = """
import asyncio
from client import demo
from client.cli.loop import first

async def play(running):
    print(await running.ready())
    step = running.steps()[0]
    sent = await running.sender.send(step)
    (row,) = await running.recorded()
    print(row.signature, row.event_type == step.event.type, sent.as_expected, running.relay.ca_file.is_file())

async def main():
    async with demo.running(0) as running:
        await first(running.link(), play(running))

asyncio.run(main())
"""


@pytest.fixture
def person(tmp_path: Path) -> Person:
    """Give a home to run in."""
    return Person(tmp_path / "person")


async def test_signed_event_reaches_the_sample_app(person: Person) -> None:
    """Over TLS with the demo's own CA, judged with the demo's own secret; afterwards nothing is left."""
    words = [sys.executable, "-c", FIRST_STEP]
    program = Program(words, env=person.environment(), logs=person.home / "demo.log", cwd=person.home)
    done = await program.ended(seconds=20)
    url, said = done.out.splitlines()
    assert (done.code, url.startswith("https://demo.localhost:"), said) == (0, True, "valid True True True"), done.text
    assert (program.family(), person.left()) == ([], [])
