"""The screen as its user sees it."""

import msgspec
import pytest
from textual import events
from textual.widget import Widget

from client.views import SignatureView, Status
from client.wording import ASCII
from tests.client.tui.conftest import Open
from tests.client.tui.fake import ONLINE, FakeInspector, contents, delivery
from tests.client.tui.seeded import seeded

SCROLLBAR = "▁▂▃▄▅▆▇"


def client(count: int = 3, body: bytes = b'{"a":1.10}') -> FakeInspector:
    """Give a client with deliveries."""
    fake = FakeInspector()
    for seq in range(1, count + 1):
        fake.put(delivery(seq, body=body, answer=b'{"ok":true}'), contents(body, b'{"ok":true}'))
    return fake


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
