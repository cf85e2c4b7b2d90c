"""The list behind the screen."""

import pytest

from client.tui.model.browser import Browser
from shared.errors import TunnelError
from tests.client.tui.fake import FakeInspector, delivery


def seeded(count: int, *, every: int = 1) -> FakeInspector:
    """Give a client with deliveries; every third ends a call, the others start one."""
    fake = FakeInspector()
    kinds = ("call.ended", "call.started", "call.started")
    fake.seed(delivery(seq, event_type=kinds[seq % 3]) for seq in range(1, count * every + 1, every))
    return fake


def seqs(browser: Browser) -> list[int]:
    """Give the numbers of all rows."""
    return [browser.rows.seq(position) for position in range(len(browser.rows))]


async def test_load_of_nothing() -> None:
    """Without deliveries there is no row and no selection."""
    browser = Browser(FakeInspector())
    await browser.load()
    assert (len(browser.rows), browser.position, browser.selected) == (0, -1, None)


async def test_load_of_much_asks_twice() -> None:
    """However many deliveries there are, the newest page and the oldest row are all that is fetched."""
    fake = seeded(3_000)
    browser = Browser(fake)
    await browser.load()
    assert (len(browser.rows), browser.position, len(fake.asked)) == (3_000, 2_999, 2)
    assert browser.selected == fake.details[3_000].summary


async def test_load_of_few_asks_once() -> None:
    """A page that is not full is all there is."""
    fake = seeded(5, every=7)
    browser = Browser(fake)
    await browser.load()
    assert (seqs(browser), len(fake.asked)) == ([1, 8, 15, 22, 29], 1)


async def test_fetch_brings_rows_into_sight_and_corrects_gaps() -> None:
    """Rows are fetched when they are looked at; numbers that do not exist go away."""
    fake = seeded(2_000)
    for seq in range(11, 21):
        del fake.details[seq]
    browser = Browser(fake)
    await browser.load()
    browser.move_to(5)
    assert await browser.fetch(0, 40)
    assert not await browser.fetch(0, 40)
    assert seqs(browser)[8:12] == [9, 10, 21, 22]
    assert browser.selected == fake.details[6].summary


async def test_take_keeps_the_selection_when_paused() -> None:
    """New rows move nothing under a user who looks at another one."""
    fake = seeded(50)
    browser = Browser(fake)
    await browser.load()
    browser.move_to(10)
    fake.put(delivery(51))
    assert await browser.take([fake.details[51].summary]) == 1
    assert (browser.position, browser.follow.unseen) == (10, 1)


async def test_take_follows_the_newest() -> None:
    """While following, the newest row is selected."""
    fake = seeded(3)
    browser = Browser(fake)
    await browser.load()
    await browser.take([delivery(4).summary])
    assert (browser.position, browser.selected) == (3, delivery(4).summary)


async def test_take_fetches_what_was_not_heard_of() -> None:
    """A gap before a new row is filled."""
    fake = seeded(9)
    browser = Browser(fake)
    await browser.load()
    fake.seed(delivery(seq) for seq in range(10, 14))
    await browser.take([fake.details[13].summary])
    assert seqs(browser) == list(range(1, 14))


async def test_search_shows_matches_only() -> None:
    """A filter leaves its matches, and new ones are added as they come."""
    fake = seeded(9)
    browser = Browser(fake)
    await browser.load()
    assert await browser.search("ended")
    assert seqs(browser) == [3, 6, 9]
    fake.seed([delivery(10, event_type="call.started"), delivery(11, event_type="call.ended")])
    assert await browser.take([fake.details[10].summary, fake.details[11].summary]) == 1
    assert seqs(browser) == [3, 6, 9, 11]


async def test_search_loses_rows_that_no_longer_match() -> None:
    """A row whose new state the filter does not let through goes away."""
    fake = seeded(9)
    browser = Browser(fake)
    await browser.search("ended")
    fake.seed([delivery(9, event_type="call.failed")])
    await browser.take([fake.details[9].summary])
    assert seqs(browser) == [3, 6]


async def test_search_checks_an_old_row_alone() -> None:
    """A change far back does not fetch everything since."""
    fake = seeded(1_500)
    browser = Browser(fake)
    await browser.search("ended")
    fake.asked.clear()
    await browser.take([fake.details[3].summary, fake.details[1_500].summary])
    assert fake.asked == ["ended<None>1499#1000", "ended<None>2#1"]


async def test_search_goes_on_to_older_matches() -> None:
    """Matches come newest first, then page by page, with the selection where it was."""
    fake = seeded(1_500)
    browser = Browser(fake)
    await browser.search("ended")
    first = len(browser.rows)
    browser.move_to(100)
    selected = browser.selected
    assert not await browser.search_on()
    assert (first, len(browser.rows), browser.complete) == (200, 500, True)
    assert browser.selected == selected
    assert not await browser.search_on()


async def test_search_with_a_mistake_changes_nothing() -> None:
    """The list stays as it is, and the client's sentence comes through."""
    browser = Browser(seeded(9))
    await browser.search("ended")
    with pytest.raises(TunnelError, match="did you mean status"):
        await browser.search("sttus:5xx")
    assert (browser.query, len(browser.rows)) == ("ended", 3)


async def test_answers_of_an_overtaken_search_are_dropped() -> None:
    """Whatever comes back after another search began is not shown."""
    fake = seeded(9)
    browser = Browser(fake)
    await browser.load()
    deliveries = fake.deliveries

    async def overtake(**options: object) -> list[object]:
        fake.deliveries = deliveries  # type: ignore[method-assign]
        found = await deliveries(**options)  # type: ignore[arg-type]
        await browser.search("started")
        return found  # type: ignore[return-value]

    for begin in (lambda: browser.search("ended"), lambda: browser.take([delivery(9).summary]), browser.catch_up):
        fake.deliveries = overtake  # type: ignore[assignment, method-assign]
        await begin()
        assert browser.query == "started"
        assert len(browser.rows) == 6


async def test_follow_is_toggled_with_the_selection() -> None:
    """Pausing stays at the row, following goes to the newest."""
    browser = Browser(seeded(9))
    await browser.load()
    browser.pause()
    await browser.take([delivery(10).summary])
    paused = browser.position
    browser.toggle_follow()
    assert (paused, browser.position) == (8, 9)


async def test_move_stays_inside_the_list() -> None:
    """There is no row before the first, nor in an empty list."""
    browser = Browser(seeded(9))
    browser.move_to(3)
    await browser.load()
    browser.move_to(-5)
    assert browser.position == 0
