"""`hookline wait` on a client that runs."""

import asyncio
import json
from pathlib import Path

import pytest

from client.cli.wait import arrived
from client.deliveries.filter import FilterError
from shared.units import UnitError
from tests.client.cli.desk import running_client
from tests.client.deliveries.stage import Desk, event


async def test_wait_command(desk: Desk, tmp_path: Path) -> None:
    """It ends when what it waits for is there, or when the time is over."""
    async with running_client(desk, tmp_path) as client:
        await desk.send(*event("evt_before"))
        late = await client.run("wait", "--filter", "type:call.ended", "--timeout", "300ms")
        async with asyncio.TaskGroup() as tasks:
            waiting = tasks.create_task(
                client.run("wait", "--filter", "type:call.ended", "--count", "2", "--json", "--timeout", "60")
            )
            for number in range(600):
                await desk.send(*event(f"evt_{number}"))
                await asyncio.sleep(0.1)
                if waiting.done():
                    break
        wrong = await client.run("wait", "--timeout", "soon")
    done = waiting.result()
    assert (late.code, late.out, late.err) == (1, "", "hookline: 0 of 1 arrived in 300 ms\n")
    assert (done.code, [json.loads(line)["event_type"] for line in done.out.splitlines()]) == (0, ["call.ended"] * 2)
    assert (wrong.code, "'soon' is no duration" in wrong.err) == (2, True)


async def test_arrived_sees_what_came_before_when_asked(desk: Desk) -> None:
    """`--since` closes the gap between an event and the wait for it: the desk's clock stands in the past."""
    await desk.send(*event("evt_1"))
    assert await arrived(desk.inspector, "", count=1, seconds=0.05) == []
    assert await arrived(desk.inspector, "", count=1, seconds=0.05, since="1s") == []
    (found,) = await arrived(desk.inspector, "sig:ok", count=1, seconds=5, since="100000d")
    assert found.event_id == "evt_1"


async def test_arrived_gives_what_there_was_when_the_time_is_over(desk: Desk) -> None:
    """Fewer than wanted are given too."""
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(arrived(desk.inspector, "", count=2, seconds=0.5))
        await asyncio.sleep(0.1)
        await desk.send()
    assert [one.id for one in waiting.result()] == ["dlv_000001"]


async def test_arrived_refuses_mistakes_at_once(desk: Desk) -> None:
    """Before anything is waited for."""
    with pytest.raises(FilterError):
        await arrived(desk.inspector, "sig:bda", count=1, seconds=60)
    with pytest.raises(UnitError):
        await arrived(desk.inspector, "", count=1, seconds=60, since="soon")
