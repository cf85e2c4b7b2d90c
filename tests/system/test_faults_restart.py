"""A relay that is replaced by another one: no sender notices (P04)."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from tests.system.app import App
from tests.system.polling import until
from tests.system.sender import Sender, Sent, request_head
from tests.system.supervisor import Relay, Supervisor
from tests.system.wire import Broken, read_response

pytestmark = pytest.mark.system

SENDERS = 50
LEAST = 2000
PAUSE_SECONDS = 0.02
"""Between two deliveries of one sender: the two programs share the machine with fifty of them."""
ACTIVATE = ("systemd-socket-activate",)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Give a socket that listens, as a service manager would."""
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(("127.0.0.1", 0))
        sock.listen(1024)
        yield sock


class Crowd:
    """Senders that never stop: half of them keep their connection for as long as they may."""

    def __init__(self, relay: Relay) -> None:
        tls = ssl.create_default_context(cafile=relay.ca)
        self.senders = [
            Sender(relay.port, f"demo.localhost:{relay.port}", tls=tls, name=f"s{number}") for number in range(SENDERS)
        ]

    @property
    def sent(self) -> list[Sent]:
        """Every delivery so far that has ended."""
        return [sent for sender in self.senders for sent in sender.manifest if sent.ending != "hung"]

    async def more(self, count: int) -> None:
        """Wait until so many more deliveries have ended."""
        goal = len(self.sent) + count
        await until(lambda: len(self.sent) >= goal, seconds=60, what=f"{count} more deliveries")

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[None]:
        """Send for as long as the block runs, and wait for the answers to what was sent."""
        done = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            for number, sender in enumerate(self.senders):
                tasks.create_task(_keep_sending(sender, done) if number % 2 else _send_anew(sender, done))
            try:
                yield
            finally:
                done.set()


async def _send_anew(sender: Sender, done: asyncio.Event) -> None:
    while not done.is_set():
        await sender.send(b"a new connection each")
        await asyncio.sleep(PAUSE_SECONDS)


async def _keep_sending(sender: Sender, done: asyncio.Event) -> None:
    """Send over one connection until the relay says that it ends, then over the next one."""
    while not done.is_set():
        async with sender.connected() as (reader, writer):
            kept = True
            while kept and not done.is_set():
                sent = sender._note(b"POST", b"/hooks", [], b"a connection that is kept", chunked=False)
                try:
                    writer.write(request_head(sent.method, sent.target, sent.fields) + b"a connection that is kept")
                    sent.response = await read_response(reader, sent.method)
                    sent.ending = "answered"
                except (Broken, OSError) as error:
                    sent.ending, sent.why = "broken", str(error)
                    break
                kept = sent.response.first(b"connection") != b"close"
                await asyncio.sleep(PAUSE_SECONDS)


def check(crowd: Crowd, app: App) -> None:
    """See that everything that was sent was answered by the app, once, to the one who sent it."""
    failures = [(sent.id, sent.status, sent.ending, sent.why) for sent in crowd.sent if sent.status != 200]
    assert failures == []
    assert len(crowd.sent) >= LEAST
    wrong = [
        sent.id
        for sent in crowd.sent
        if sent.response is None or sent.response.first(b"X-Delivery") != sent.id.encode()
    ]
    assert wrong == []
    assert sorted(entry.id for entry in app.journal) == sorted(sent.id for sent in crowd.sent)


async def test_relay_is_replaced_while_it_serves(supervisor: Supervisor, app: App, listener: socket.socket) -> None:
    """A second relay on the same socket takes over from the first one, which drains: no delivery fails."""
    first = await supervisor.relay(inherits=listener)
    token = await supervisor.token()
    client = await supervisor.client(first, app.port, token=token)
    crowd = Crowd(first)
    async with crowd.sending():
        await crowd.more(500)
        await supervisor.relay(inherits=listener)
        ended = await first.program.stop()
        await crowd.more(LEAST - 500)
    check(crowd, app)
    assert ended.code == 0
    assert client.program.running


async def test_relay_is_restarted(supervisor: Supervisor, app: App, listener: socket.socket) -> None:
    """As `systemctl restart` does it: connections wait in the socket until the next relay takes them."""
    first = await supervisor.relay(inherits=listener)
    token = await supervisor.token()
    await supervisor.client(first, app.port, token=token)
    crowd = Crowd(first)
    async with crowd.sending():
        await crowd.more(500)
        await first.program.stop()
        await supervisor.relay(inherits=listener)
        await crowd.more(LEAST - 500)
    check(crowd, app)


@pytest.mark.needs("systemd-socket-activate")
async def test_relay_is_restarted_by_socket_activation(
    supervisor: Supervisor, app: App, listener: socket.socket
) -> None:
    """Systemd's own program passes the socket: the first connection starts each relay, the old one drains."""
    async with asyncio.TaskGroup() as tasks:
        starting = tasks.create_task(supervisor.relay(inherits=listener, through=ACTIVATE))
        _, knocking = await asyncio.open_connection(*listener.getsockname())
    first = starting.result()
    knocking.close()
    token = await supervisor.token()
    await supervisor.client(first, app.port, token=token)
    crowd = Crowd(first)
    async with crowd.sending():
        await crowd.more(500)
        ended = await first.program.stop()
        await supervisor.relay(inherits=listener, through=ACTIVATE)
        await crowd.more(LEAST - 500)
    check(crowd, app)
    assert ended.code == 0
