"""The filter as its user sees it."""

from tests.client.tui.conftest import Open
from tests.client.tui.fake import client
from tests.client.tui.seeded import seeded


async def test_filter_narrows_the_list(desk: Open) -> None:
    """What is typed is evaluated, counted, cleared by escape, and put back by F."""
    async with desk(seeded(1)) as one:
        await one.press("slash", *"ended")
        await one.sees("3 shown")
        await one.until(lambda: "call.started" not in one.text)
        await one.press("escape")
        await one.sees("12 of 12")
        await one.press("F")
        await one.sees("3 shown")


async def test_filter_with_a_mistake_is_explained(desk: Open) -> None:
    """The client's sentence stands beside the box, and the list stays."""
    async with desk(seeded(1)) as one:
        await one.press("slash", *"sig:bda", "enter")
        await one.sees("no such key in sig:bda; did you mean status?")
        assert "12 of 12" in one.text


async def test_filter_without_matches(desk: Open) -> None:
    """Nothing found is said, and is not the same as nothing arrived."""
    async with desk(seeded(1)) as one:
        await one.press("slash", *"nowhere", "enter")
        await one.sees("No delivery matches the filter")


async def test_filter_finds_many(desk: Open) -> None:
    """Older matches are counted while they come."""
    async with desk(client(1_500)) as one:
        await one.press("slash", *"call", "enter")
        await one.sees("1,500 shown")
