"""`hookline clear` and `hookline pin`."""

from pathlib import Path

from tests.client.cli.desk import running_client
from tests.client.deliveries.stage import Desk, event


async def test_clear_keeps_pins_and_asks(desk: Desk, tmp_path: Path) -> None:
    """Without a terminal to ask at nothing is removed; --yes removes what matches, and never a pinned one."""
    async with running_client(desk, tmp_path) as client:
        for number in range(3):
            await desk.send(*event(f"evt_{number}"))
        pinned = await client.run("pin", "1")
        asked = await client.run("clear")
        some = await client.run("clear", "event:evt_1", "--yes")
        rest = await client.run("clear", "--yes")
        again = await client.run("clear")
        left = await client.run("list", "is:pinned")
        let_go = await client.run("pin", "1", "--off", "--json")
    assert (pinned.code, pinned.out.rstrip().endswith(" pinned")) == (0, True)
    assert (asked.code, "2 deliveries would be removed" in asked.err, "--yes" in asked.err) == (2, True, True)
    assert (some.code, some.err) == (0, "1 delivery removed\n")
    assert rest.err == "1 delivery removed\n"
    assert (again.code, again.err) == (0, "there is nothing to remove\n")
    assert len(left.out.splitlines()) == 1
    assert '"pinned":false' in let_go.out.replace(" ", "")


async def test_clear_shows_a_mistake_at_its_place(desk: Desk, tmp_path: Path) -> None:
    """A mistake removes nothing."""
    async with running_client(desk, tmp_path) as client:
        await desk.send()
        done = await client.run("clear", "--yes", "--filter", "is:pined")
    assert (done.code, "did you mean pinned?" in done.err) == (2, True)
    assert len(await desk.inspector.deliveries()) == 1
