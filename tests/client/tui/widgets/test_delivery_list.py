"""The list of deliveries as its user sees it."""

import msgspec
from textual import events
from textual.widget import Widget

from tests.client.tui.conftest import Open
from tests.client.tui.fake import FakeInspector, client, delivery
from tests.client.tui.seeded import seeded


async def test_list_and_detail_side_by_side(desk: Open) -> None:
    """With room for both, the newest delivery is selected and shown."""
    async with desk(seeded(2)) as one:
        await one.sees('"callId": "call_xyz"')
        assert "▼ FOLLOW" in one.text
        assert "24 of 24" in one.text
        assert "#24 talkifai credit.depleted" in one.text


async def test_list_follows_the_newest(desk: Open) -> None:
    """A delivery that arrives is selected, and its detail comes."""
    async with desk(client()) as one:
        one.fake.put(delivery(4, event_type="call.failed"))
        await one.sees("#4 talkifai call.failed")
        assert one.selected == 4


async def test_list_stays_where_the_user_looks(desk: Open) -> None:
    """After a move up nothing moves, what is new is counted, and G goes there."""
    async with desk(client()) as one:
        await one.press("k")
        one.fake.put(delivery(4))
        one.fake.put(delivery(5))
        await one.sees("‖ PAUSED  +2 new  [G] newest")
        assert one.selected == 2
        await one.press("G")
        await one.sees("▼ FOLLOW")
        assert one.selected == 5


async def test_list_pauses_and_follows_by_one_key(desk: Open) -> None:
    """Key f pauses, and goes on."""
    async with desk(client()) as one:
        await one.press("f")
        await one.sees("‖ PAUSED")
        await one.press("f")
        await one.sees("▼ FOLLOW")


async def test_list_moves_by_all_its_keys(desk: Open) -> None:
    """Arrows, letters and pages."""
    async with desk(client(200), (100, 24)) as one:
        seen = []
        for key in ("home", "j", "down", "pagedown", "ctrl+u", "up", "ctrl+d", "pageup", "g", "end"):
            await one.press(key)
            seen.append(one.selected)
        half = one.list.size.height // 2
        assert seen == [1, 2, 3, 3 + 2 * half, 3 + half, 2 + half, 2 + 2 * half, 2, 1, 200]


async def test_list_of_a_hundred_thousand(desk: Open) -> None:
    """The oldest is a key away, and only what is in sight is fetched."""
    fake = FakeInspector()
    one_row = delivery(1)
    fake.seed(
        msgspec.structs.replace(
            one_row,
            summary=msgspec.structs.replace(one_row.summary, seq=seq, id=f"dlv_{seq:06d}", event_type=f"e{seq}"),
        )
        for seq in range(1, 100_001)
    )
    async with desk(fake) as one:
        await one.sees("100,000 of 100,000")
        await one.press("g")
        await one.sees("e1 ")
        assert one.selected == 1
        assert len(fake.asked) < 8


async def test_mouse(desk: Open) -> None:
    """A click selects, the wheel moves, keys in the footer can be pressed."""
    async with desk(client(9)) as one:
        await one.pilot.click(one.list, offset=(5, 2))
        assert one.selected == 3
        one.list.post_message(_wheel(one.list, up=True))
        await one.settle()
        assert one.selected == 1
        await one.pilot.click("#keys", offset=(13, 0))
        await one.until(lambda: bool(one.fake.replayed))


def _wheel(widget: Widget, *, up: bool) -> events.MouseEvent:
    kind = events.MouseScrollUp if up else events.MouseScrollDown
    return kind(widget, 0, 0, 0, 0, 0, False, False, False)
