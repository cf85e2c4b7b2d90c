"""Looking once more at what failed."""

import asyncio
from pathlib import Path

from client.deliveries.attempt import Attempt
from client.deliveries.capture import Capture
from client.deliveries.second_look import MOST_WAITING, SecondLook
from client.signatures.engine import Judgement, Subject
from client.signatures.explaining import Explainer
from client.signatures.fetch import KeyFetcher
from client.signatures.material import KeyFiles
from client.views import SignatureView
from shared.http.heads import RequestHead
from tests.client.checking import offline
from tests.client.deliveries.stage import Desk, event
from tests.waiting import settled


class Explaining(Explainer):
    """Counts what it is asked."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.signatures)
        self.asked = 0

    async def explain(self, subject: Subject, judgement: Judgement) -> SignatureView:
        """Count, and explain."""
        self.asked += 1
        return await super().explain(subject, judgement)


class Broken(Explaining):
    """Has a fault."""

    async def explain(self, subject: Subject, judgement: Judgement) -> SignatureView:
        """Fail."""
        raise RuntimeError


def looking(desk: Desk, tmp_path: Path) -> tuple[SecondLook, Explaining]:
    """Make what looks, and what explains."""
    fetcher = KeyFetcher(files=KeyFiles(tmp_path / "keys"), download=offline, clock=lambda: 0.0)
    return SecondLook(store=desk.store, fetcher=fetcher), Explaining(desk)


def failed(desk: Desk, content: bytes) -> tuple[Attempt, Subject, Judgement]:
    """Make an attempt whose signature does not hold."""
    _, fields = event()
    head = RequestHead(b"POST", b"/hooks", fields)
    delivery = desk.delivery()
    attempt = Attempt(
        delivery=delivery,
        head=head,
        kind="received",
        started_at=0.0,
        app="",
        request=Capture.of(content, limit=1024),
        response=Capture(),
        state="answered",
    )
    subject = Subject.of(head, delivery, content)
    judgement = desk.signatures.judge(subject)
    attempt.signature = judgement.signature
    return attempt, subject, judgement


async def looked(look: SecondLook, *attempts: Attempt) -> None:
    """Let it look until nothing is searched for."""
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(look.run())
        await settled(lambda: not any(attempt.signature.searching for attempt in attempts))
        running.cancel()


async def test_attempt_is_looked_at_once(desk: Desk, tmp_path: Path) -> None:
    """However often it is doubted, its cause is looked for once, and while that lasts the view says so."""
    look, explainer = looking(desk, tmp_path)
    attempt, subject, judgement = failed(desk, event()[0] + b"\n")
    doubt = look.through(explainer)
    doubt(attempt, subject, judgement)
    assert attempt.signature.searching
    doubt(attempt, subject, judgement)
    await looked(look, attempt)
    assert (attempt.signature.reason, explainer.asked) == ("body_trailing_newline", 1)


async def test_valid_attempt_is_not_doubted(desk: Desk, tmp_path: Path) -> None:
    """What holds needs no explanation."""
    look, explainer = looking(desk, tmp_path)
    attempt, subject, judgement = failed(desk, event()[0])
    look.through(explainer)(attempt, subject, judgement)
    assert (attempt.signature.state, attempt.doubted) == ("valid", False)


async def test_flood_is_not_remembered(desk: Desk, tmp_path: Path) -> None:
    """What comes while too much waits keeps its verdict; nothing pretends to be looked for."""
    look, explainer = looking(desk, tmp_path)
    made = [failed(desk, b"forged %d" % number) for number in range(MOST_WAITING + 20)]
    for one in made:
        look.through(explainer)(*one)
    searching = [attempt.signature.searching for attempt, _, _ in made]
    assert (searching.count(True), searching[-1]) == (MOST_WAITING, False)


async def test_attempt_that_was_removed_meanwhile_stays_removed(desk: Desk, tmp_path: Path) -> None:
    """A cause that is found too late does not bring a row back."""
    look, explainer = looking(desk, tmp_path)
    attempt, subject, judgement = failed(desk, event()[0] + b"\n")
    assert await desk.store.put(attempt)
    desk.store.flush()
    look.through(explainer)(attempt, subject, judgement)
    assert desk.store._file.connection is not None
    desk.store._file.connection.execute("DELETE FROM attempts")
    await looked(look, attempt)
    desk.store.flush()
    assert desk.store._file.connection.execute("SELECT count(*) FROM attempts").fetchone() == (0,)


async def test_cause_that_cannot_be_told_costs_only_itself(desk: Desk, tmp_path: Path) -> None:
    """A fault in the search leaves the verdict as it was, and the next one is looked at."""
    look, explainer = looking(desk, tmp_path)
    broken, subject, judgement = failed(desk, b"{}")
    look.through(Broken(desk))(broken, subject, judgement)
    whole = failed(desk, event()[0] + b"\n")
    look.through(explainer)(*whole)
    await looked(look, broken, whole[0])
    assert (broken.signature, whole[0].signature.reason) == (judgement.signature, "body_trailing_newline")
