"""The history without a client that runs."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from client.inspector import ReplayRefused
from client.offline import OfflineInspector
from client.origin.address import BadAddress, OriginAddress
from client.plan import TunnelPlan
from client.signatures.rule import Rule
from client.signatures.secret import Secret
from client.views import DeliverySummary, Edits
from shared.sqlite import SchemaTooNew, connect
from tests.client.deliveries.stage import CATALOGUE, SECRET, Clock, Desk, event

RULE = Rule(scheme="talkifai", secrets=(Secret("env:SECRET", SECRET),))


class App:
    """An app that remembers what it was sent."""

    def __init__(self) -> None:
        self.url = ""
        self.taken: list[tuple[str, bytes]] = []

    async def take(self, request: web.Request) -> web.Response:
        """Answer 202."""
        self.taken.append((request.headers.get("X-TalkifAI-Signature", ""), await request.read()))
        return web.Response(status=202)


@pytest.fixture
async def app() -> AsyncIterator[App]:
    """Give an app that listens."""
    app = App()
    application = web.Application()
    application.router.add_route("*", "/{tail:.*}", app.take)
    async with TestServer(application) as server:
        app.url = f"http://127.0.0.1:{server.port}"
        yield app


async def recorded(path: Path, target: str) -> bytes:
    """Record a delivery that went to `target`, in a client that has ended, and give its content."""
    desk = await asyncio.to_thread(Desk, path, target=target)
    content, fields = event()
    await desk.send(content, fields)
    await asyncio.to_thread(desk.store.close)
    return content


async def look(path: Path) -> tuple[list[DeliverySummary], str]:
    """Give the deliveries of a file, and what is wrong with it."""
    async with OfflineInspector.opened(path, clock=Clock(), catalogue=CATALOGUE) as inspector:
        return await inspector.deliveries(), (await inspector.status()).history


async def test_replay_goes_to_the_app_it_went_to(tmp_path: Path, app: App) -> None:
    """Without a tunnel a delivery reaches the recorded app byte for byte, and the replay is kept as an attempt."""
    content = await recorded(tmp_path / "history.db", app.url)
    tunnels = (TunnelPlan("demo", OriginAddress.parse(app.url), (RULE,)),)
    opened = OfflineInspector.opened(tmp_path / "history.db", clock=Clock(), catalogue=CATALOGUE, tunnels=tunnels)
    async with opened as inspector:
        made = await inspector.replay("dlv_000001")
        assert (made.number, made.kind, made.status, made.target) == (2, "replay", 202, app.url)
        assert made.signature.state == "valid"
        assert [taken[1] for taken in app.taken] == [content]
    async with OfflineInspector.opened(tmp_path / "history.db", clock=Clock(), catalogue=CATALOGUE) as inspector:
        detail = await inspector.delivery("dlv_000001")
        assert [(one.kind, one.status) for one in detail.attempts] == [("received", 200), ("replay", 202)]


async def test_replay_to_another_app_signed_afresh(tmp_path: Path, app: App) -> None:
    """Another address may be named, and the settings' secret signs."""
    await recorded(tmp_path / "history.db", "http://127.0.0.1:9")
    tunnels = (TunnelPlan("demo", OriginAddress.parse("9"), (RULE,)),)
    opened = OfflineInspector.opened(tmp_path / "history.db", clock=Clock(), catalogue=CATALOGUE, tunnels=tunnels)
    async with opened as inspector:
        made = await inspector.replay("dlv_000001", Edits(to=app.url, content=b'{"id":"evt_2"}', resign=True))
        assert (made.kind, made.status, made.signature.state) == ("resigned", 202, "valid")
        assert app.taken[0][0].startswith("sha256=")
        with pytest.raises(BadAddress):
            await inspector.replay("dlv_000001", Edits(to="localhost:port"))
    async with OfflineInspector.opened(tmp_path / "history.db", clock=Clock(), catalogue=CATALOGUE) as inspector:
        with pytest.raises(ReplayRefused, match="--verify SCHEME"):
            await inspector.replay("dlv_000001", Edits(to=app.url, resign=True))


async def test_replay_to_an_app_that_is_not_there_says_so(tmp_path: Path) -> None:
    """A replay that found nobody is an attempt that failed, with its reason."""
    await recorded(tmp_path / "history.db", "http://127.0.0.1:9")
    async with OfflineInspector.opened(tmp_path / "history.db", clock=Clock(), catalogue=CATALOGUE) as inspector:
        made = await inspector.replay("dlv_000001")
        assert (made.state, made.failure) == ("failed", "origin-refused")


def test_file_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    """A newer schema is never touched."""
    path = tmp_path / "history.db"
    connection = connect(path, ("CREATE TABLE t (x)",))
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(SchemaTooNew, match="upgrade hookline"):
        asyncio.run(look(path))
    assert path.read_bytes() == before


def test_damaged_file_is_moved_aside_and_said(tmp_path: Path) -> None:
    """What is no database is kept under another name."""
    path = tmp_path / "history.db"
    path.write_bytes(b"no database" * 1000)
    rows, trouble = asyncio.run(look(path))
    assert rows == []
    assert "was damaged: it was moved to" in trouble
    (aside,) = tmp_path.glob("history.db.damaged-*")
    assert aside.read_bytes() == b"no database" * 1000
