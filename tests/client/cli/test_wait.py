"""`hookline wait` on a client that runs."""

import asyncio
import json
from pathlib import Path

import pytest

from client.cli.wait import from_moment
from client.deliveries.filter import parse
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


@pytest.mark.parametrize(
    ("query", "expression"),
    [("", "since:1970-01-01T00:00:01+00:00"), ("a | b", "(a | b) since:1970-01-01T00:00:01+00:00")],
)
def test_from_moment(query: str, expression: str) -> None:
    """Whatever the query says, only what came since counts."""
    assert from_moment(query, 1) == expression
    assert parse(expression).cost != "scan"


async def test_wait_command_sees_what_came_before_when_asked(desk: Desk, tmp_path: Path) -> None:
    """`--since` closes the gap between an event and the wait for it: the desk's clock stands in the past."""
    await desk.send(*event("evt_1"))
    async with running_client(desk, tmp_path) as client:
        recent = await client.run("wait", "--since", "1s", "--timeout", "100ms")
        earlier = await client.run("wait", "--since", "100000d", "--filter", "sig:ok", "--json")
    assert (recent.code, recent.out) == (1, "")
    assert (earlier.code, json.loads(earlier.out)["event_id"]) == (0, "evt_1")
