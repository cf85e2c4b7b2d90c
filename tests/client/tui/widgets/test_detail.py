"""The detail as its user sees it."""

from client.views import SignatureView
from tests.client.tui.conftest import Open
from tests.client.tui.fake import FakeInspector, client, contents, delivery
from tests.client.tui.seeded import seeded


async def test_detail_has_its_tabs(desk: Open) -> None:
    """Numbers and brackets switch between what there is to see."""
    async with desk(seeded(1)) as one:
        for key, text in (
            ("1", "POST /hooks/talkifai HTTP/1.1"),
            ("2", '"received": true'),
            ("3", "SIGNATURE VALID"),
            ("4", "received   ✓ 200"),
            ("right_square_bracket", "As received, and as sent to the app"),
            ("right_square_bracket", "POST /hooks/talkifai HTTP/1.1"),
            ("left_square_bracket", "As received, and as sent to the app"),
        ):
            await one.press(key)
            await one.sees(text)


async def test_detail_over_the_list(desk: Open) -> None:
    """With room for one, enter opens the detail and escape goes back."""
    async with desk(client(), (80, 24)) as one:
        assert "HTTP/1.1" not in one.text
        await one.press("enter")
        await one.sees('"a": 1.10')
        assert "← #3 talkifai call.ended" in one.text
        await one.press("K")
        await one.sees("← #2 talkifai call.ended")
        await one.press("escape")
        await one.sees("PAUSED")


async def test_detail_alone_or_beside(desk: Open) -> None:
    """Key z gives the focused pane all the room, and takes it back."""
    async with desk(client()) as one:
        await one.press("tab", "z")
        await one.until(lambda: "SOURCE" not in one.text)
        await one.press("escape")
        await one.sees("SOURCE")
        await one.press("tab", "z")
        await one.until(lambda: "HTTP/1.1" not in one.text)
        await one.press("z")
        await one.sees("HTTP/1.1")


async def test_detail_looks_another_way(desk: Open) -> None:
    """Raw, hex, unfolded, with all headers."""
    fields = tuple((f"X-More-{number}", "yes") for number in range(9))
    fake = FakeInspector()
    fake.put(delivery(body=b'{"a":1}', fields=fields), contents(b'{"a":1}'))
    async with desk(fake) as one:
        await one.press("tab", "v", "v")
        await one.sees('  1 {"a":1}')
        await one.press("v")
        await one.sees("7b 22 61 22 3a 31 7d")
        await one.press("W", "h")
        await one.sees("X-More-8")


async def test_detail_finds_text(desk: Open) -> None:
    """A slash asks, n goes on, N goes back, escape closes."""
    body = b'{"lines":[' + b",".join(b'"needle %d"' % number for number in range(200)) + b"]}"
    async with desk(client(1, body)) as one:
        await one.sees("needle 1")
        await one.press("tab", "slash", *"NEEDLE", "space", "1", "9")
        await one.sees('"needle 19"')
        await one.press("enter", "n", "n")
        await one.sees('"needle 191"')
        await one.press("N")
        await one.press("slash", "escape")
        assert not one.detail.finding


async def test_attempts_choose_what_the_other_tabs_show(desk: Open) -> None:
    """Enter on an attempt shows its response."""
    fake = FakeInspector()
    fake.put(delivery(status=500, body=b"{}", answer=b'{"error":1}'), contents(b"{}", b'{"error":1}'))
    async with desk(fake) as one:
        await one.press("r", "4", "tab")
        await one.sees("replay")
        await one.press("k", "enter")
        await one.sees("HTTP/1.1 500 Whatever")
        assert one.detail.attempt is not None
        assert one.detail.attempt.number == 1


async def test_big_bodies_are_shown_at_once(desk: Open) -> None:
    """Five megabytes on one line, as JSON and as text, with an end that can be reached."""
    for body in (b"[" + b'{"key":"a value of some length"},' * 150_000 + b"1]", b"a" * 5_000_000 + b" THE END"):
        async with desk(client(1, body)) as one:
            await one.sees("5.0 MB")
            await one.until(lambda: "beginning" not in one.text)
            await one.press("tab", "G")
            await one.sees("]" if body.startswith(b"[") else "THE END")


async def test_odd_bodies_are_shown(desk: Open) -> None:
    """Invalid UTF-8, ten thousand fields, and a delivery that was cleared."""
    fake = FakeInspector()
    fields = tuple((f"X-{number}", "v") for number in range(10_000))
    fake.put(delivery(1, body=b"\xff\xfe text that goes on", fields=fields), contents(b"\xff\xfe text that goes on"))
    async with desk(fake) as one:
        await one.sees("text that goes on")
        await one.sees("10000 more headers")
        await one.press("tab", "h", "G")
        await one.sees("text that goes on")
        fake.put(delivery(2, body=b"lost"))
        await one.press("tab", "G")
        await one.sees("the body cannot be shown")
        fake.details.clear()
        one.fake._changes.clear()
        await one.press("g")


async def test_pending_delivery_gets_its_answer(desk: Open) -> None:
    """The detail changes with the delivery it shows."""
    fake = FakeInspector()
    fake.put(delivery(1, status=None, signature=SignatureView("unconfigured")))
    async with desk(fake) as one:
        await one.press("2")
        await one.sees("waiting for the app's answer")
        fake.put(delivery(1, status=500))
        await one.sees("HTTP/1.1 500 Whatever")


async def test_attempts_by_mouse(desk: Open) -> None:
    """A click moves the cursor, two show the attempt; the wheel and the pages scroll."""
    fake = FakeInspector()
    fake.put(delivery(status=500, body=b"{}", answer=b'{"error":1}'), contents(b"{}", b'{"error":1}'))
    async with desk(fake) as one:
        await one.press("r", "4")
        await one.sees("replay     ✓ 200")
        await one.pilot.click(one.detail.table, offset=(8, 9))
        await one.pilot.click(one.detail.table, offset=(8, 1))
        await one.pilot.click(one.detail.table, offset=(8, 1), times=2)
        await one.sees("HTTP/1.1 500 Whatever")


async def test_detail_scrolls_by_all_its_keys(desk: Open) -> None:
    """Lines, half pages, pages, both ends."""
    body = b"\n".join(b"line %d" % number for number in range(500))
    fake = FakeInspector()
    fake.put(delivery(body=body, content_type="text/plain"), contents(body))
    async with desk(fake) as one:
        await one.sees("line 1")
        await one.press("tab")
        tops = []
        for key in ("j", "down", "k", "pagedown", "ctrl+u", "space", "b", "up", "G", "home"):
            await one.press(key)
            tops.append(one.detail.viewer.top)
        half, last = one.detail.viewer.size.height // 2, one.detail.viewer.lines - one.detail.viewer.size.height
        assert tops == [1, 2, 1, 1 + 2 * half, 1 + half, 1 + 3 * half, 1 + half, half, last, 0]


async def test_detail_finds_nothing(desk: Open) -> None:
    """What is nowhere leaves the page where it is; without a search there is no next match."""
    async with desk(client()) as one:
        await one.sees("HTTP/1.1")
        await one.press("tab", "n", "slash", *"zzz", "enter", "n")
        assert one.detail.viewer.top == 0
