"""`hookline list` on a client that runs."""

import json
import time
from pathlib import Path

from client.cli.list_ import row
from shared.printable import printable_line
from tests.client.cli.desk import running_client
from tests.client.cli.person import WORDS
from tests.client.deliveries.stage import Desk, event, signature
from tests.system.terminal import on_terminal

NOW = 1_700_000_000.0


async def test_list_shows_what_matches_newest_last(desk: Desk, tmp_path: Path) -> None:
    """A filter as words, a limit, and one JSON object a line."""
    async with running_client(desk, tmp_path) as client:
        for number in range(3):
            await desk.send(*event(f"evt_{number}"), target=b"/\x9b31m\xad")
        await desk.send()
        listed = await client.run("list", "sig:ok", "type:call.*", "-n", "2")
        objects = await client.run("list", "--filter", "-sig:ok", "--json")
    assert (listed.code, [line.split()[-1] for line in listed.out.splitlines()]) == (0, ["dlv_000002", "dlv_000003"])
    assert printable_line(listed.out.replace("\n", "")) == listed.out.replace("\n", "")
    assert [json.loads(line)["id"] for line in objects.out.splitlines()] == ["dlv_000004"]


async def test_list_shows_a_mistake_at_its_place(desk: Desk, tmp_path: Path) -> None:
    """Exit code 2, and nothing on standard output."""
    async with running_client(desk, tmp_path) as client:
        done = await client.run("list", "sig:bda")
    assert (done.code, done.out) == (2, "")
    assert done.err == "hookline: a mistake in the filter\nsig:bda\n    ^^^\nno such value; did you mean bad?\n"


async def test_list_of_nothing_says_what_to_do(desk: Desk, tmp_path: Path) -> None:
    """An empty history is no failure."""
    async with running_client(desk, tmp_path) as client:
        done = await client.run("list")
    assert done == (0, "", "no delivery yet: `hookline http 3000` opens a tunnel\n")


async def test_row_says_the_day_where_it_is_not_today(desk: Desk) -> None:
    """Of another year the year stands for the time."""
    await desk.send()
    (summary,) = await desk.inspector.deliveries()
    at = summary.received_at
    told = [row(summary, now) for now in (at, at + 86_400, at + 366 * 86_400)]
    expected = [time.strftime(form, time.localtime(at)) for form in ("%H:%M:%S", "%d %b %H:%M", "%d %b %Y")]
    assert [line[7:20].rstrip() for line in told] == expected


async def test_terminal_gets_headings(desk: Desk, tmp_path: Path) -> None:
    """A pipe gets rows alone."""
    async with running_client(desk, tmp_path) as client:
        await desk.send()
        piped = await client.run("list")
        async with on_terminal([*WORDS, "list"], env=client.environment, cwd=tmp_path) as terminal:
            await terminal.shows(b"dlv_000001")
            assert terminal.screen.startswith(b"#      RECEIVED")
    assert piped.out.startswith("#1 ")


async def test_row_is_one_line(desk: Desk) -> None:
    """Line ends in what was captured do not make another."""
    await desk.send(b'{"id": "evt\\n1", "type": "a\\nb\\u202e"}', (signature(b""),))
    (summary,) = await desk.inspector.deliveries()
    assert printable_line(row(summary, NOW)) == row(summary, NOW)
