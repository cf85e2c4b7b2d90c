"""The main screen in all its sizes and states."""

import pytest

from client.views import Status
from client.wording import ASCII
from tests.client.tui.conftest import Open
from tests.client.tui.fake import BEGAN, ONLINE, FakeInspector, client, delivery
from tests.client.tui.seeded import seeded

SCROLLBAR = "▁▂▃▄▅▆▇"


async def test_replay_adds_an_attempt(desk: Open) -> None:
    """Key r sends it again, says what came of it, and the attempts have it."""
    async with desk(client()) as one:
        await one.press("r")
        await one.sees("↻ call.ended: ✓ 200 in 12 ms (attempt 2)")
        assert one.fake.replayed == ["dlv_000003"]
        await one.press("4")
        await one.sees("replay     ✓ 200")
        await one.sees("↻1")


async def test_replay_that_is_refused(desk: Open) -> None:
    """A refusal is shown in its own words."""
    async with desk(client()) as one:
        one.fake.refuse = "only 64 KB of 1.2 MB were kept"
        await one.press("r")
        await one.sees("only 64 KB of 1.2 MB were kept")


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (ONLINE, "Waiting for the first delivery"),
        (Status("1", "https://relay.dev", "connecting"), "Connecting to https://relay.dev"),
        (Status("1", "r", "refused", detail="The token is not known: hookline login"), "The token is not known"),
    ],
)
@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_empty_states(desk: Open, status: Status, text: str, size: tuple[int, int]) -> None:
    """Before the first delivery the screen says what it waits for."""
    async with desk(FakeInspector(status), size) as one:
        await one.sees(text)
        assert "replay" not in one.text


async def test_empty_list_fills(desk: Open) -> None:
    """The first delivery takes the panel's place; the status changes with its event."""
    fake = FakeInspector(Status("1", "https://relay.dev", "connecting"))
    async with desk(fake) as one:
        await one.sees("Connecting")
        fake.say(ONLINE)
        await one.sees("● online 24 ms")
        fake.put(delivery())
        await one.sees("#1 talkifai call.ended")


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 11)])
async def test_refusal_stays_above_the_list(desk: Open, size: tuple[int, int]) -> None:
    """Why the relay refuses, or what is waited for, stands on the screen for as long as it is so."""
    async with desk(client(), size) as one:
        await one.sees("call.ended")
        one.fake.say(Status("1", "r", "refused", detail="another client took the name over"))
        await one.sees("✗ refused by the relay: another client took the name over")
        one.fake.say(Status("1", "r", "reconnecting", detail="nothing listens there", retry_at=BEGAN + 3.5))
        await one.sees("! nothing listens there; next try in 4 s")
        one.fake.say(ONLINE)
        await one.until(lambda: "nothing listens" not in one.text)


async def test_removed_rows_disappear(desk: Open) -> None:
    """What is no longer kept leaves the list, the selection goes to its neighbour; without any the panel is back."""
    async with desk(client(), (80, 24)) as one:
        await one.press("enter")
        await one.sees("← #3")
        await one.fake.remove("dlv_000003")
        await one.sees("← #2")
        await one.fake.clear()
        await one.sees("Waiting for the first delivery")
        assert (one.selected, one.detail.detail) == (-1, None)


async def test_narrow_terminal(desk: Open) -> None:
    """Below sixty columns time, event and result are left."""
    async with desk(client(), (50, 20)) as one:
        await one.sees("TIME      EVENT")
        assert "talkifai" not in one.text


async def test_low_terminal(desk: Open) -> None:
    """Below twelve lines the list has all the room."""
    async with desk(client(), (80, 10)) as one:
        await one.sees("call.ended")
        assert "filter" not in one.text


async def test_tiny_terminal(desk: Open) -> None:
    """Below forty by eight one line says how things stand, and it grows again."""
    async with desk(client(), (30, 6)) as one:
        await one.sees("● online")
        assert "call.ended" not in one.text
        await one.pilot.resize_terminal(120, 40)
        await one.sees("call.ended")


async def test_resize_keeps_what_is_read(desk: Open) -> None:
    """Who reads the detail still does when there is room for one pane only."""
    async with desk(client()) as one:
        await one.press("tab")
        await one.pilot.resize_terminal(80, 24)
        await one.sees("← #3 talkifai call.ended")


async def test_screen_in_ascii(desk: Open) -> None:
    """The other alphabet needs nothing beyond ASCII anywhere."""
    async with desk(seeded(1), signs=ASCII, theme="mono") as one:
        for key in "12345":
            await one.press(key)
            assert [sign for sign in one.text if not sign.isascii() and sign not in SCROLLBAR] == []


async def test_end_of_the_client_ends_the_screen(desk: Open) -> None:
    """A client that has ended is said, with an exit code of its own."""
    async with desk(client()) as one:
        one.fake.end()
        await one.until(lambda: one.app.return_code == 4)
    assert one.fake.closed


async def test_quit(desk: Open) -> None:
    """Key q leaves with 0."""
    async with desk(client()) as one:
        await one.press("q")
        assert one.app.return_code == 0


async def test_client_that_is_not_there(desk: Open) -> None:
    """A client that does not answer at the start ends the screen at once."""
    fake = client()
    fake.end()
    async with desk(fake) as one:
        await one.until(lambda: one.app.return_code == 4)


async def test_tabs_can_be_pressed(desk: Open) -> None:
    """A click on a tab shows it."""
    async with desk(client()) as one:
        await one.sees("HTTP/1.1")
        await one.pilot.click("TabBar", offset=(14, 0))
        await one.sees("HTTP/1.1 200 Whatever")
