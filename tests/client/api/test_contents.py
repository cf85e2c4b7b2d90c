"""Captured contents over HTTP: files, in ranges, never pages."""

import json

import aiohttp
import pytest
from yarl import URL

from client.api.contents import Span, wanted
from shared.exchange import Delivery
from tests.client.deliveries.stage import Desk

HOSTILE = b"<script>alert(1)</script>"


async def test_content_is_never_a_page(desk: Desk, url: str, session: aiohttp.ClientSession) -> None:
    """Whatever the sender claims, a browser saves it and runs nothing."""
    await desk.send(HOSTILE, ((b"Content-Type", b"text/html"),))
    async with session.get(f"{url}/api/deliveries/dlv_000001/attempts/1/request/content") as response:
        assert await response.read() == HOSTILE
        assert response.headers["Content-Type"] == "application/octet-stream"
        assert response.headers["Content-Disposition"] == 'attachment; filename="dlv_000001-1-request.bin"'
        assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_hostile_id_is_no_file_name(desk: Desk, url: str, session: aiohttp.ClientSession) -> None:
    """The name of the file is made of harmless characters."""
    desk.delivery = lambda: Delivery('a"; b=../\x7f', 1, "demo", 0.0, "", "")  # type: ignore[method-assign]
    await desk.send(b"x")
    path = "/api/deliveries/a%22%3B%20b%3D..%2F%7F/attempts/1/request/content"
    async with session.get(URL(url + path, encoded=True)) as response:
        assert response.headers["Content-Disposition"] == 'attachment; filename="ab-1-request.bin"'


@pytest.mark.parametrize(
    ("asked", "status", "got"),
    [
        ("bytes=0-4", 206, slice(0, 5)),
        ("bytes=100000-", 206, slice(100_000, None)),
        ("bytes=-10", 206, slice(-10, None)),
        ("bytes=5-100000000", 206, slice(5, None)),
        ("bytes=0-", 200, slice(None)),
        ("bytes=1-2,5-6", 200, slice(None)),
        ("bytes=5-1", 200, slice(None)),
        ("lines=1-2", 200, slice(None)),
        ("bytes=200000-", 416, slice(0, 0)),
        ("bytes=-0", 416, slice(0, 0)),
        ("bytes=200000-200001", 416, slice(0, 0)),
    ],
)
async def test_range_gives_those_bytes(
    desk: Desk, url: str, session: aiohttp.ClientSession, asked: str, status: int, got: slice
) -> None:
    """One range is served exactly; what cannot be is the whole, or 416."""
    content = bytes(range(250)) * 800
    await desk.send(content)
    path = f"{url}/api/deliveries/dlv_000001/attempts/1/request/content"
    async with session.get(path, headers={"Range": asked}) as response:
        read = await response.read()
        if status == 416:
            assert response.headers["Content-Range"] == "bytes */200000"
            assert json.loads(read)["detail"] == "only bytes 0 to 199999 were captured"
        else:
            assert read == content[got]
        assert response.status == status
    async with session.head(path, headers={"Range": asked}) as response:
        assert (response.status, await response.read()) == (status, b"")


def test_range_of_an_empty_content() -> None:
    """Nothing has no range, and is served as nothing."""
    assert wanted("", 0) == Span(0, 0)
    assert wanted("bytes=0-", 0) == Span(0, 0)
    assert wanted("bytes=-1", 0) == Span(0, 0)


async def test_empty_content_is_an_empty_file(desk: Desk, url: str, session: aiohttp.ClientSession) -> None:
    """A request without a body has an empty file."""
    await desk.send(b"")
    async with session.get(f"{url}/api/deliveries/dlv_000001/attempts/1/request/content") as response:
        assert (response.status, await response.read()) == (200, b"")
