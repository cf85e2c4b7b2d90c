"""`hookline list` on a client that runs."""

import json
from pathlib import Path

from client.cli.list_ import row
from shared.printable import printable_line
from tests.client.cli.desk import running_client
from tests.client.deliveries.stage import Desk, event, signature


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


async def test_row_is_one_line(desk: Desk) -> None:
    """Line ends in what was captured do not make another."""
    await desk.send(b'{"id": "evt\\n1", "type": "a\\nb\\u202e"}', (signature(b""),))
    (summary,) = await desk.inspector.deliveries()
    assert printable_line(row(summary)) == row(summary)
