"""The list of keys, and the palette."""

from tests.client.tui.conftest import Open
from tests.client.tui.fake import client


async def test_keys_are_listed_and_found(desk: Open) -> None:
    """The question mark lists every key; a word narrows the list; escape leaves."""
    async with desk(client()) as one:
        await one.press("question_mark")
        await one.sees("follow the newest delivery, or pause")
        await one.press(*"repla")
        await one.sees("send the same bytes to your app again")
        assert "follow the newest" not in one.text
        await one.press("escape")
        await one.sees("▼ FOLLOW")


async def test_palette_has_the_commands(desk: Open) -> None:
    """Every key's action can be found by name."""
    async with desk(client()) as one:
        await one.press("ctrl+p", *"replay")
        await one.sees("replay: send the same bytes")
        await one.press("enter")
        await one.press("enter")
        await one.until(lambda: one.fake.replayed == ["dlv_000003"])


async def test_keys_scroll(desk: Open) -> None:
    """The list of keys is longer than its box; enter leaves it."""
    async with desk(client(), (120, 24)) as one:
        await one.press("question_mark", "down", "pagedown", "up")
        await one.sees("In the list")
        await one.press("pageup", "f1")
        await one.press("question_mark", "enter")
        await one.sees("▼ FOLLOW")
