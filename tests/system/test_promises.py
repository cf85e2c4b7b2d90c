"""Many deliveries at once through both programs, judged by the one verifier."""

import asyncio
import ssl

import pytest

from tests.system.app import Answer, App
from tests.system.chaos import between
from tests.system.history import read_history
from tests.system.polling import until
from tests.system.sender import Sender
from tests.system.supervisor import Client, Relay, Supervisor
from tests.system.verify import Weight, verify

pytestmark = pytest.mark.system

MANY = 200
WAVES = 4
"""What each leaves behind adds up, if it leaves something."""
ROW_SECONDS = 0.1
"""A delivery that waits for its app has its row after 50 ms; the rest is for a busy machine."""

KINDS = (
    Answer(),
    Answer(status=500, content="broken"),
    Answer(size=100_000, framing="chunked"),
    Answer(wait_seconds=0.2),
    Answer(end="close"),
    Answer(end="reset"),
    Answer(size=50_000, end="reset", end_at="middle"),
    Answer(size=50_000, framing="chunked", end="close", end_at="middle"),
)
"""What the app does with them, in turn."""


async def _send_many(sender: Sender) -> None:
    async with asyncio.TaskGroup() as tasks:
        for number in range(MANY):
            content = b"%d " % number * (number * 20)
            tasks.create_task(sender.send(content, fields=[KINDS[number % len(KINDS)].field()]))


async def test_good_and_bad_answers_keep_the_promises(relay: Relay, client: Client, app: App) -> None:
    """Whatever the app does to 200 deliveries at once, again and again, N1 to N6 hold."""
    sender = Sender(relay.port, f"demo.localhost:{relay.port}", tls=ssl.create_default_context(cafile=relay.ca))
    programs = {"relay": relay.program.pid, "client": client.program.pid}
    await _send_many(sender)
    warm = {name: Weight.of(pid) for name, pid in programs.items()}
    for _ in range(WAVES):
        await _send_many(sender)

    def came_back() -> dict[str, tuple[Weight, Weight]] | None:
        """Weigh the programs; nothing while they are heavier than N5 allows."""
        weights = {name: (warm[name], Weight.of(pid)) for name, pid in programs.items()}
        return None if verify([], [], [], weights=weights) else weights

    weights = await until(came_back, seconds=30.0, what="what N5 promises within 30 s")
    assert verify(sender.manifest, app.journal, await read_history(client), weights=weights) == []
    endings = {kind: {sent.ending for sent in sender.manifest[kind :: len(KINDS)]} for kind in range(len(KINDS))}
    assert [endings[kind] for kind in (0, 2, 6, 7)] == [{"answered"}, {"answered"}, {"broken"}, {"broken"}]


async def test_slow_and_sliced_link_changes_no_byte(supervisor: Supervisor, token: str, relay: Relay, app: App) -> None:
    """Through a link that delays and slices, deliveries are slow and right."""
    async with between(relay.port) as proxy:
        for weather in proxy.weather.values():
            weather.latency_seconds, weather.slice_bytes = 0.01, 512
        url = f"https://localhost:{proxy.port}"
        client = await supervisor.client(relay, app.port, token=token, relay_url=url)
        sender = Sender(relay.plain_port, "demo.localhost")
        async with asyncio.TaskGroup() as tasks:
            for number in range(20):
                tasks.create_task(sender.send(b"y" * (number * 3000), fields=[Answer(size=5000).field()]))
        assert verify(sender.manifest, app.journal, await read_history(client)) == []
        assert {sent.status for sent in sender.manifest} == {200}
        await client.program.stop()


async def test_sender_that_leaves_is_never_taken_for_complete(relay: Relay, client: Client, app: App) -> None:
    """An upload that breaks off at its beginning, middle or end is not a whole request for the app."""
    sender = Sender(relay.plain_port, "demo.localhost")
    for size in (0, 100_000, 199_999):
        await sender.send(b"z" * 200_000, leave_after=size)
    assert (await sender.send(b"after")).status == 200
    await until(lambda: any(entry.complete for entry in app.journal))
    assert verify(sender.manifest, app.journal, await read_history(client)) == []
    assert [entry.id for entry in app.journal if entry.complete] == [sender.manifest[-1].id]


async def test_killed_client_leaves_no_delivery_hanging(
    supervisor: Supervisor, relay: Relay, client: Client, token: str, app: App
) -> None:
    """`kill -9` with deliveries in flight: each is refused with a code at once, and none is lost from the history."""
    sender = Sender(relay.plain_port, "demo.localhost")
    async with asyncio.TaskGroup() as tasks:
        for number in range(40):
            answer = Answer() if number % 2 else Answer(end="hang")
            tasks.create_task(sender.send(b"x" * number, fields=[answer.field()]))
        await app.arrived(40)
        await until(lambda: sum(sent.status == 200 for sent in sender.manifest) == 20)
        await asyncio.sleep(ROW_SECONDS)
        client.program.kill()
        again = await supervisor.client(relay, app.port, token=token)
    history = await read_history(again)
    assert verify(sender.manifest, app.journal, history) == []
    assert {sent.status for sent in sender.manifest[::2]} <= {502, 503}
    assert len([row for row in history if "interrupted" in row.states]) == 20
