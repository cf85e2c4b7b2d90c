"""A corporate proxy on the way to the relay, as HTTPS_PROXY and NO_PROXY name it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from client.relay import DialFailed
from tests.doors import Visitor, opened, visiting
from tests.system.listening import listening

VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ws_proxy", "wss_proxy")


class Proxy:
    """A proxy that knows CONNECT alone."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answer = b"HTTP/1.1 200 Connection established\r\n\r\n"
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Connect to what is asked for, and carry bytes both ways."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.asked.append(head.splitlines()[0])
        writer.write(self.answer)
        if b" 200 " not in self.answer:
            writer.close()
            return
        host, port = head.split()[1].rsplit(":", 1)
        far_reader, far = await asyncio.open_connection(host, int(port))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_carry(reader, far))
            tasks.create_task(_carry(far_reader, writer))


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
    finally:
        writer.close()


@pytest.fixture
async def proxy(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Proxy]:
    """Give a proxy that the environment names."""
    proxy = Proxy()
    async with listening(proxy.serve) as proxy.port:
        for name in VARIABLES:
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        yield proxy


async def test_link_goes_through_the_proxy(tmp_path: Path, proxy: Proxy) -> None:
    """HTTPS_PROXY is asked to connect to the relay, and the link works through it."""
    async with opened(tmp_path) as door:
        visitor = Visitor(door.dialer(door.tokens.create("laptop")))
        async with visiting(visitor):
            await visitor.until(online=True)
            assert proxy.asked == [f"CONNECT 127.0.0.1:{door.port} HTTP/1.1"]


async def test_no_proxy_is_heard(tmp_path: Path, proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    """What NO_PROXY names is dialled directly."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    async with opened(tmp_path) as door:
        visitor = Visitor(door.dialer(door.tokens.create("laptop")))
        async with visiting(visitor):
            await visitor.until(online=True)
            assert proxy.asked == []


async def test_proxy_that_refuses_is_named(tmp_path: Path, proxy: Proxy) -> None:
    """Who said no is told: the proxy, not the relay."""
    proxy.answer = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
    async with opened(tmp_path) as door:
        with pytest.raises(DialFailed) as caught:
            await door.dialer("hkl_x").dial()
    assert (caught.value.code, "proxy" in caught.value.detail, "407" in caught.value.detail) == ("proxy", True, True)
