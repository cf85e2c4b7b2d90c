"""`hookline show` on a client that runs."""

import json
from pathlib import Path

from client.cli.show import SHOWN_BYTES, shown
from shared.printable import printable
from tests.client.cli.desk import running_client
from tests.client.deliveries.stage import Desk, answering, event


async def test_show_command(desk: Desk, tmp_path: Path) -> None:
    """The page, one content as it came, and JSON."""
    async with running_client(desk, tmp_path) as client:
        await desk.send(b"\x00\x01\xff")
        page = await client.run("show", "1")
        objects = await client.run("show", "--json")
        twice = await client.run("show", "--json", "--body")
        answer = await client.run("show", "dlv_000001", "--response")
    assert (page.code, page.out.splitlines()[0]) == (0, "#1 dlv_000001  POST /hooks  3 B")
    assert json.loads(objects.out)["summary"]["id"] == "dlv_000001"
    assert (twice.code, answer.out) == (2, '{"ok":true}')


async def test_shown_page(desk: Desk) -> None:
    """What was received and what the newest attempt was answered."""
    await desk.send(*event("evt_1"))
    desk.app = answering(500, b"no")
    await desk.inspector.replay("dlv_000001")
    page = (await shown(desk.inspector, "1")).splitlines()
    assert "  event      call.ended evt_1 (talkifai)" in page
    assert [line.split()[:5] for line in page if line.startswith("  attempt")] == [
        ["attempt", "1", "received", "✓", "200"],
        ["attempt", "2", "replay", "✗", "500"],
    ]
    assert [line for line in page if line.startswith("──")] == [
        "── request of attempt 1 ──",
        "── response of attempt 2 ──",
    ]
    assert page[-1] == "no"


async def test_shown_page_of_an_attempt(desk: Desk) -> None:
    """`.1` shows the first one."""
    await desk.send()
    await desk.inspector.replay("dlv_000001")
    assert "── response of attempt 1 ──" in await shown(desk.inspector, "1.1")


async def test_shown_page_of_hostile_content_is_printable(desk: Desk) -> None:
    """Escape sequences become pictures; binary and long contents are said, not shown."""
    desk.app = answering(200, b"\x1b]0;x\x07" * SHOWN_BYTES)
    await desk.send(b"\x1b[2J\x00", ((b"X-\x1b", b"\x9b2J"),), target=b"/\x9b")
    page = await shown(desk.inspector, "1")
    assert printable(page) == page
    assert "of binary content; --body writes it)" in page
    assert "more; --response writes it all)" in page


async def test_shown_page_of_a_cut_capture_says_so(desk: Desk) -> None:
    """Truncated is said where the content is shown."""
    desk.capture_bytes = 2
    desk.record = desk.recorder()
    await desk.send(b"abcdef")
    assert "truncated: 2 B of 6 B were kept" in await shown(desk.inspector, None)
