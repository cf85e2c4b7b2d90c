"""`hookline diff` on a client that runs."""

import json
from pathlib import Path

from client.views import Edits
from tests.client.cli.desk import running_client
from tests.client.deliveries.stage import Desk

BODY = "── request body ── JSON, by structure ── 1 change ──\n@ a\n- 1\n+ 2\n"


async def test_diff_command(desk: Desk, tmp_path: Path) -> None:
    """A replay against its original, two deliveries, and the same twice."""
    async with running_client(desk, tmp_path) as client:
        await desk.send(b'{"a": 1}')
        await desk.send(b'{"a": 1}')
        alone = await client.run("diff", "1")
        await desk.inspector.replay("dlv_000001", Edits(content=b'{"a": 2}'))
        newest = await client.run("diff", "1")
        same = await client.run("diff", "1", "2")
        objects = await client.run("diff", "2", "1.2", "--json", "--request")
    assert (alone.code, "has one attempt: give a second delivery" in alone.err) == (1, True)
    assert (newest.code, newest.out) == (
        1,
        f"A dlv_000001.1 received   B dlv_000001.2 edit   1 change\n{BODY}",
    )
    assert same == (0, "", "")
    assert objects.code == 1
    found = json.loads(objects.out)
    assert (found["count"], [part["name"] for part in found["parts"]]) == (
        1,
        ["request line", "request fields", "request body"],
    )
