"""Deliveries as lines."""

import asyncio
import io
import json
import time
from pathlib import Path

import msgspec

from client.lines import Arrows, Narration, Objects, follow, json_line, needs_ascii, wants_colour
from client.pen import Pen
from client.views import Change, DeliveryDetail, SignatureView
from tests.client.tui.fake import BEGAN, ONLINE, FakeInspector, delivery

EVIL = (
    "A\x1b]52;c;cHduZWQ=\x1b\\B\x1b[31mC\x9b31mD\x1b]0;TITLE\x07E\u202eF\u200bG\rH\x08I\x0bJ"
    "[@click=app.bell]K[/]\x1b[6nL\x1bPq\x1b\\M\x7fN\x00O\ud800"
)
START = "is your app running on 3000? Start it, then replay this delivery."
AT = time.strftime("%H:%M:%S", time.localtime(BEGAN + 1))


class Desk:
    """Arrow lines of a fake client, with what was written."""

    def __init__(self, *, colour: bool = False) -> None:
        self.fake = FakeInspector()
        self.out, self.narration = io.StringIO(), io.StringIO()
        self.pen = Pen()
        self.arrows = Arrows(self.fake, pen=self.pen, out=self.out, narration=self.narration, colour=colour)

    async def hear(self, detail: DeliveryDetail) -> None:
        """Have a delivery heard of."""
        self.fake.put(detail)
        await self.arrows.show(Change(number=1, delivery=detail.summary))

    def lines(self) -> list[str]:
        """Give the lines about deliveries."""
        self.pen.close()
        return self.out.getvalue().splitlines()


async def test_arrows_of_a_good_delivery() -> None:
    """A delivery that is answered at once gives the two lines of the manual."""
    desk = Desk()
    await desk.hear(delivery(body=b"x" * 412, clock="answered in 38 ms of 10 s"))
    assert desk.lines() == [
        f"{AT}  --> call.ended [evt_000001] POST /hooks 412 B  ✓ talkifai",
        f"{AT} <-- 200 38 ms of 10 s",
    ]


async def test_arrows_are_not_repeated() -> None:
    """The same state heard twice is written once."""
    desk = Desk()
    await desk.hear(delivery())
    await desk.hear(delivery())
    assert len(desk.lines()) == 2


async def test_arrows_of_deliveries_that_overlap() -> None:
    """An answer that does not follow its own arrival names its event."""
    desk = Desk()
    await desk.hear(delivery(1, status=None))
    await desk.hear(delivery(2, status=None))
    await desk.hear(delivery(1, event_type="", provider="", event_id=""))
    assert desk.lines()[2] == f"{AT} <-- 200 38 ms [dlv_000001]"


async def test_arrows_say_late_what_it_was() -> None:
    """What was not known at the arrival of a long delivery stands at its answer."""
    desk = Desk()
    await desk.hear(delivery(status=None, event_type="", provider="", event_id=""))
    await desk.hear(delivery())
    assert desk.lines() == [
        f"{AT}  --> [dlv_000001] POST /hooks 0 B",
        f"{AT} <-- 200 38 ms  call.ended [evt_000001]  ✓ talkifai",
    ]


async def test_arrows_of_a_replay() -> None:
    """A further attempt is written again, and says what it is."""
    desk = Desk()
    await desk.hear(delivery())
    await desk.fake.replay("dlv_000001")
    await desk.arrows.show(Change(number=2, delivery=desk.fake.details[1].summary))
    assert desk.lines()[2].endswith("0 B (replay, attempt 2)  ✓ talkifai")


async def test_arrows_of_a_further_attempt_have_its_own_time() -> None:
    """A retry that comes later is shown when it came, not when its delivery did."""
    desk = Desk()
    await desk.hear(delivery())
    await desk.fake.replay("dlv_000001")
    detail = desk.fake.details[1]
    later = msgspec.structs.replace(detail.attempts[1], started_at=BEGAN + 3601)
    desk.fake.put(msgspec.structs.replace(detail, attempts=(detail.attempts[0], later)))
    await desk.arrows.show(Change(number=2, delivery=detail.summary))
    at = time.strftime("%H:%M:%S", time.localtime(BEGAN + 3601))
    assert [line[:8] for line in desk.lines()] == [AT, AT, at, at]


async def test_arrows_say_that_nothing_listens() -> None:
    """A refused connection asks whether the app is running, and on which port."""
    desk = Desk()
    refused = delivery(status=None, failure="origin-refused", failure_detail="connection refused 127.0.0.1:3000")
    await desk.hear(refused)
    assert desk.lines()[1:] == [
        f"{AT} <-- ⊘ down 38 ms",
        f"{' ' * 13}✗ connection refused 127.0.0.1:3000 · {START}",
    ]


async def test_arrows_say_why_a_signature_is_bad() -> None:
    """An invalid signature comes with its reason, its sentence and the next step."""
    desk = Desk()
    verdict = SignatureView(state="invalid", reason="missing_signature", sentence="It is absent.", next_step="Send it.")
    await desk.hear(delivery(signature=verdict))
    assert desk.lines()[2:] == [
        "             ✗ signature invalid (missing_signature): It is absent.",
        "               → Send it.",
    ]


async def test_arrows_say_what_the_provider_makes_of_it() -> None:
    """An answer that the provider does not count comes with its clock."""
    desk = Desk()
    await desk.hear(delivery(status=201, clock="answered 201 in 38 ms: TalkifAI counts only 200", healthy=False))
    assert desk.lines()[2] == "             ! answered 201 in 38 ms: TalkifAI counts only 200"


async def test_arrows_say_whose_fault_a_refusal_is() -> None:
    """A valid signature that the app refused comes with the sentence that assigns blame."""
    desk = Desk()
    one = delivery(status=401)
    blamed = msgspec.structs.replace(one.attempts[0], blame="signature valid, your app refused it with 401")
    await desk.hear(msgspec.structs.replace(one, attempts=(blamed,)))
    assert desk.lines()[2] == "             ✗ signature valid, your app refused it with 401"


async def test_arrows_of_a_delivery_that_was_cleared() -> None:
    """A delivery that is gone before its reason is asked for is no error."""
    desk = Desk()
    await desk.arrows.show(Change(number=1, delivery=delivery(status=None, failure="origin-dns").summary))
    assert len(desk.lines()) == 2


async def test_arrows_show_hostile_text_as_pictures() -> None:
    """Nothing that came over the wire steers the terminal."""
    desk = Desk()
    await desk.hear(
        delivery(event_type=EVIL, target="/" + EVIL, provider=EVIL, event_id=EVIL, clock=EVIL, healthy=False)
    )
    text = "".join(desk.lines())
    assert text.isprintable()
    assert "[@click=app.bell]" in text


async def test_arrows_in_colour() -> None:
    """With colour, the text between the colours is the same."""
    plain, coloured = Desk(), Desk(colour=True)
    for desk in (plain, coloured):
        await desk.hear(delivery())
    assert "\x1b[32m✓ talkifai\x1b[0m" in coloured.lines()[0]
    assert "\x1b" not in "".join(plain.lines())


def test_narration_says_a_state_once() -> None:
    """The link's state is said when it changes, not when only its round trip does."""
    out, pen = io.StringIO(), Pen()
    narration = Narration(pen=pen, stream=out)
    narration.show(ONLINE)
    narration.show(msgspec.structs.replace(ONLINE, round_trip_seconds=0.5))
    narration.show(msgspec.structs.replace(ONLINE, history="not recorded: the disk is full"))
    pen.close()
    first = "● online\nhttps://ab12cd.relay.example.dev → localhost:3000\n"
    assert out.getvalue() == first + "not recorded: the disk is full\n"


def test_narration_says_where_the_local_api_is() -> None:
    """Its real address is said once, as soon as there is something to ask it for."""
    out, pen = io.StringIO(), Pen()
    narration = Narration(pen=pen, stream=out)
    served = msgspec.structs.replace(ONLINE, inspect_url="http://127.0.0.1:4041")
    for link in ("connecting", "online", "reconnecting", "online"):
        narration.show(msgspec.structs.replace(served, link=link))
    pen.close()
    assert out.getvalue().count("local API http://127.0.0.1:4041\n") == 1
    assert out.getvalue().startswith("◐ connecting\n● online\n")


def test_narration_says_trouble_again_when_it_comes_again() -> None:
    """What went away and came back is news; a refusal is the command's own last sentence."""
    out, pen = io.StringIO(), Pen()
    narration = Narration(pen=pen, stream=out)
    for history in ("the disk is full", "", "the disk is full"):
        narration.show(msgspec.structs.replace(ONLINE, history=history))
    narration.show(msgspec.structs.replace(ONLINE, link="refused", detail="no"))
    pen.close()
    assert out.getvalue().count("the disk is full") == 2
    assert out.getvalue().endswith("the disk is full\n")


def test_json_line_is_ascii_and_complete() -> None:
    """A JSON line holds every field of the row, escaped so that it is safe on a terminal."""
    row = delivery(event_type=EVIL).summary
    line = json_line(row)
    assert json.loads(line)["event_type"] == EVIL
    assert line.isascii()
    assert line.isprintable()


async def test_objects_give_each_state_once() -> None:
    """A delivery's states are one object each."""
    out, pen = io.StringIO(), Pen()
    objects = Objects(pen=pen, out=out, narration=io.StringIO())
    for one in (delivery(status=None), delivery(), delivery()):
        await objects.show(Change(number=1, delivery=one.summary))
    await objects.show(Change(number=2, status=ONLINE))
    pen.close()
    assert [json.loads(line)["state"] for line in out.getvalue().splitlines()] == ["pending", "answered"]


async def test_follow_ends_with_the_client() -> None:
    """Both forms write what comes and end when the client does."""
    for form, lines in (("lines", 2), ("json", 1)):
        fake, out = FakeInspector(), io.StringIO()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(follow(fake, form, out=out, narration=io.StringIO(), environ={}))  # type: ignore[arg-type]
            await asyncio.sleep(0)
            fake.put(delivery())
            fake.say(ONLINE)
            await asyncio.sleep(0)
            fake.end()
        assert len(out.getvalue().splitlines()) == lines


async def test_follow_ends_when_nobody_reads(tmp_path: Path) -> None:
    """A closed pipe ends the lines without an error."""
    with (tmp_path / "out").open("w") as out:
        out.close()
        fake = FakeInspector()
        async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
            task = tasks.create_task(follow(fake, "json", out=out, narration=io.StringIO(), environ={}))
            seq = 0
            while not task.done():
                seq += 1
                fake.put(delivery(seq))
                await asyncio.sleep(0.001)


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        """Say so."""
        return True


def test_colour_is_for_terminals_whose_user_wants_it() -> None:
    """Neither a pipe nor NO_COLOR nor a dumb terminal gets colour."""
    assert wants_colour(Terminal(), {})
    assert not wants_colour(io.StringIO(), {})
    assert not wants_colour(Terminal(), {"NO_COLOR": "1"})
    assert not wants_colour(Terminal(), {"TERM": "dumb"})


def test_ascii_is_for_terminals_that_know_no_more() -> None:
    """The console of Linux and streams in other encodings get ASCII signs."""
    assert needs_ascii(io.StringIO(), {"TERM": "linux"})
    assert needs_ascii(io.TextIOWrapper(io.BytesIO(), encoding="latin-1"), {})
    assert not needs_ascii(io.StringIO(), {})


def doubted(*, searching: bool, number: int = 1) -> DeliveryDetail:
    """Make a delivery whose signature failed."""
    reason, sentence = ("signature_mismatch", "does not fit") if searching else ("secret_quoted", "proven: quotes")
    view = SignatureView(state="invalid", reason=reason, sentence=sentence, searching=searching)
    return delivery(number, signature=view)


async def test_arrows_say_the_cause_once_it_is_found() -> None:
    """What a search finds after the answer stands below it, and only once."""
    desk = Desk()
    for searching in (True, True, False, False):
        await desk.hear(doubted(searching=searching))
    assert desk.lines()[2:] == ["             ✗ signature invalid (secret_quoted): proven: quotes"]


async def test_arrows_name_whose_cause_it_is() -> None:
    """Below another delivery's lines it is said which event is meant."""
    desk = Desk()
    await desk.hear(doubted(searching=True))
    await desk.hear(delivery(2))
    await desk.hear(doubted(searching=False))
    assert desk.lines()[4:] == ["             ✗ signature of [evt_000001] invalid (secret_quoted): proven: quotes"]


async def test_arrows_say_that_it_was_valid_once_the_key_has_come() -> None:
    """A verdict that waited for a key may turn out good."""
    desk = Desk()
    waiting = SignatureView(state="unverifiable", reason="certificate", sentence="no key yet", searching=True)
    await desk.hear(delivery(signature=waiting))
    await desk.hear(delivery(signature=SignatureView(state="valid", sentence="signed by PayPal")))
    assert desk.lines()[2:] == ["             ✓ signature valid: signed by PayPal"]
