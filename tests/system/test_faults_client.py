"""A client that is killed (P01), and what is no relay any more where its relay was (P26)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from tests.system.app import Answer, App
from tests.system.chaos import between
from tests.system.history import read_history
from tests.system.listening import listening
from tests.system.polling import until
from tests.system.sender import Sender, Sent
from tests.system.supervisor import Client, Relay, Supervisor
from tests.system.verify import verify
from tests.system.wire import read_head
from tests.system.words import GONE

pytestmark = pytest.mark.system

IN_FLIGHT = 200
AGAIN = 2
"""How often it is killed, for each repetition."""
ROW_SECONDS = 0.1
WATCHED_SECONDS = 12
MOST_DIALS = WATCHED_SECONDS + 3
"""One a second on average; the first few come quicker."""


def code(sent: Sent) -> tuple[int | None, bytes | None]:
    """Give the status and the relay's code of an answer."""
    return sent.status, None if sent.response is None else sent.response.first(b"hookline-error")


@pytest.mark.timeout(300)
async def test_client_that_is_killed_with_many_deliveries(
    supervisor: Supervisor, relay: Relay, token: str, app: App, request: pytest.FixtureRequest
) -> None:
    """Two hundred wait for the app: each is refused with a code and in the history; later ones are told to wait."""
    sender = Sender(relay.plain_port, "demo.localhost")
    client = await supervisor.client(relay, app.port, token=token)
    for _ in range(AGAIN * request.config.getoption("--repetitions")):
        seen = len(app.journal)
        first = len(sender.manifest)
        async with asyncio.TaskGroup() as tasks:
            for number in range(IN_FLIGHT):
                tasks.create_task(sender.send(b"x" * number, fields=[Answer(end="hang").field()]))
            await app.arrived(seen + IN_FLIGHT)
            await asyncio.sleep(ROW_SECONDS)
            client.program.kill()
            late = await sender.send(b"late")
        assert code(late) == (503, b"endpoint-offline")
        assert late.response is not None
        assert int(late.response.first(b"retry-after") or b"0") > 0
        assert {code(sent) for sent in sender.manifest[first:-1]} == {(502, b"endpoint-lost")}
        client = await supervisor.client(relay, app.port, token=token)
        assert (await client.get("/api/status"))["detail"].startswith(f"{IN_FLIGHT} deliveries were interrupted")
    history = await read_history(client)
    assert verify(sender.manifest, app.journal, history) == []
    assert {row.states for row in history} == {("interrupted",)}
    assert (await sender.send(b"after")).status == 200


ANSWERS = {
    "closes": b"",
    "nonsense": b"\x15\x03\x01\x00\x02\x02\x46",
    "login": b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n",
    "portal": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 18\r\n\r\n<h1>Log in now</h1>",
    "redirect": b"HTTP/1.1 302 Found\r\nLocation: http://login.invalid/\r\nContent-Length: 0\r\n\r\n",
    "broken": b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n",
    "overloaded": b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
    "limited": b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 8\r\nContent-Length: 0\r\n\r\n",
    "revoked": b"HTTP/1.1 401 Unauthorized\r\nHookline-Error: bad-token\r\nContent-Length: 0\r\n\r\n",
    "forbidden": b"HTTP/1.1 403 Forbidden\r\nHookline-Error: bad-token\r\nContent-Length: 0\r\n\r\n",
}
"""What something else answers to a client that wants its link back."""
FINAL = {"revoked", "forbidden"}


class Impostor:
    """Something that is no relay, behind the address of one."""

    def __init__(self, answer: bytes) -> None:
        self.port = 0
        self.dialled = 0
        self._answer = answer

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request, or close at once."""
        self.dialled += 1
        if self._answer:
            await read_head(reader)
            writer.write(self._answer)
            await writer.drain()


@asynccontextmanager
async def impostor(answer: bytes) -> AsyncIterator[Impostor]:
    """Give one that listens."""
    found = Impostor(answer)
    async with listening(found.serve) as port:
        found.port = port
        yield found


async def _replaced(supervisor: Supervisor, relay: Relay, token: str, app: App, name: str) -> None:
    """Have an impostor take the relay's place for a while."""
    async with between(relay.port) as proxy, impostor(ANSWERS[name]) as other:
        url = f"http://localhost:{proxy.port}"
        client = await supervisor.client(relay, app.port, token=token, role=name, name=name, relay_url=url)
        proxy.target_port = other.port
        proxy.strand()
        if name in FINAL:
            ended = await client.program.ended(seconds=WATCHED_SECONDS)
            assert (name, ended.code) == (name, GONE), ended.text
            return
        await until(lambda: other.dialled, what=f"a dial to {name}")
        await asyncio.sleep(WATCHED_SECONDS)
        most = 3 if name == "limited" else MOST_DIALS
        assert other.dialled <= most, f"{name}: {other.dialled} dials in {WATCHED_SECONDS} s"
        detail = (await client.get("/api/status"))["detail"]
        assert detail, f"{name}: says nothing"
        proxy.target_port = relay.port
        await client.online(seconds=25)
        await _still_serves(client, relay, name)


async def _still_serves(client: Client, relay: Relay, name: str) -> None:
    sender = Sender(relay.plain_port, f"localhost:{relay.port}", prefix=f"/t/{name}".encode())
    assert (await sender.send(b"back")).status == 200
    await client.program.stop()


@pytest.mark.timeout(120)
async def test_what_is_no_relay_is_dialled_rarely(supervisor: Supervisor, app: App) -> None:
    """Doors that close, login pages, overload: at most a dial a second, and the link returns with the relay.

    Only what says that the token is worth nothing any more ends the client.
    """
    relay = await supervisor.relay(tls="off")
    token = await supervisor.token()
    async with AsyncExitStack() as stack:
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        for name in ANSWERS:
            tasks.create_task(_replaced(supervisor, relay, token, app, name))
