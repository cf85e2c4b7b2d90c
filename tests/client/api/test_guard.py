"""Who may use the local API."""

import asyncio
from itertools import product
from urllib.parse import urlsplit

import aiohttp
import pytest

from tests.client.deliveries.stage import Desk

HOSTS = {"127.0.0.1": True, "localhost": True, "[::1]": True, "evil.example": False}
ORIGINS = {None: True, "http://localhost": True, "https://evil.example": False}
METHODS = ("GET", "POST")
MATRIX = [
    (host, origin, method, HOSTS[host] and ORIGINS[origin]) for host, origin, method in product(HOSTS, ORIGINS, METHODS)
]


@pytest.mark.parametrize(("host", "origin", "method", "welcome"), MATRIX)
async def test_only_this_machine_is_let_in(
    desk: Desk, url: str, session: aiohttp.ClientSession, host: str, origin: str | None, method: str, welcome: bool
) -> None:
    """Host and Origin are on the list, or the answer is 403 and nothing is done."""
    await desk.send()
    port = urlsplit(url).port
    headers = {"Host": f"{host}:{port}", "Content-Type": "application/json"}
    if origin is not None:
        headers["Origin"] = f"{origin}:{port}" if welcome or "localhost" in origin else origin
    path = "/api/deliveries" if method == "GET" else "/api/deliveries/dlv_000001/replay"
    async with session.request(method, url + path, headers=headers) as response:
        assert response.ok == welcome
        assert "Access-Control-Allow-Origin" not in response.headers
        if not welcome:
            assert (response.status, response.content_type) == (403, "application/problem+json")
    assert (await desk.inspector.deliveries())[0].attempts == (2 if welcome and method == "POST" else 1)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "127.0.0.1"}, 403),
        ({"Host": "127.0.0.1:1"}, 403),
        ({"Host": ""}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Forwarded": "for=203.0.113.7"}, 403),
        ({"X-Forwarded-For": "203.0.113.7"}, 403),
        ({"x-forwarded-proto": ""}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
    ],
)
async def test_odd_request_is_refused(
    url: str, session: aiohttp.ClientSession, headers: dict[str, str], status: int
) -> None:
    """What a rebound name or another site would send is refused."""
    async with session.get(f"{url}/api/status", headers=headers) as response:
        assert response.status == status


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_change_without_json_is_refused(url: str, session: aiohttp.ClientSession, kind: str) -> None:
    """A form of another site cannot change anything."""
    async with session.post(f"{url}/api/deliveries/x/replay", data=b"{}", headers={"Content-Type": kind}) as response:
        assert (response.status, (await response.json(content_type=None))["code"]) == (415, "not-json")


async def test_host_that_comes_twice_is_refused(url: str) -> None:
    """Two answers to the question who is asked are none."""
    port = urlsplit(url).port
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /api/status HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nHost: evil\r\n\r\n" % (port or 0))
    assert (await reader.readline()).split()[1] in {b"400", b"403"}
    writer.close()


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/nothing", 404, "not-found"),
        ("GET", "/", 404, "not-found"),
        ("DELETE", "/api/status", 405, "method-not-allowed"),
        ("GET", "/api/deliveries/nothing", 404, "unknown-delivery"),
        ("GET", "/api/deliveries?limit=abc", 400, "bad-request"),
        ("GET", "/api/deliveries?before=-1", 400, "bad-request"),
        ("GET", "/api/deliveries?q=sig:bda", 400, "bad-filter"),
        ("GET", "/api/deliveries/x/attempts/0/request/content", 404, "unknown-delivery"),
        ("GET", "/api/deliveries/x/attempts/1/other/content", 404, "not-found"),
        ("GET", "/api/deliveries/..%2f..%2fetc%2fpasswd", 404, "unknown-delivery"),
    ],
)
async def test_failure_is_a_problem_document(
    url: str, session: aiohttp.ClientSession, method: str, path: str, status: int, code: str
) -> None:
    """Every refusal has a code and a sentence, and nothing of it is shown as a page."""
    headers = {"Content-Type": "application/json"}
    async with session.request(method, url + path, headers=headers) as response:
        problem = await response.json(content_type="application/problem+json")
        assert (response.status, problem["status"], problem["code"]) == (status, status, code)
        assert problem["detail"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")


async def test_body_that_does_not_fit_is_explained(desk: Desk, url: str, session: aiohttp.ClientSession) -> None:
    """A mistake in the edits names its place."""
    await desk.send()
    headers = {"Content-Type": "application/json"}
    for body in (b'{"method": 5}', b"{", b"[]", b"\xff", b'{"method":' + b"[" * 100_000):
        async with session.post(f"{url}/api/deliveries/dlv_000001/replay", data=body, headers=headers) as response:
            assert (response.status, (await response.json(content_type=None))["code"]) == (400, "bad-request")


async def test_bug_of_ours_is_logged_and_answered_without_its_traceback(
    desk: Desk,
    url: str,
    session: aiohttp.ClientSession,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whoever asks is told where to look; the log names the error and the path."""

    async def broken(_: str) -> None:
        raise ZeroDivisionError("what nobody thought of")

    monkeypatch.setattr(desk.inspector, "delivery", broken)
    async with session.get(f"{url}/api/deliveries/x") as response:
        problem = await response.json(content_type=None)
    assert (problem["status"], problem["code"]) == (500, "client-internal")
    assert "ZeroDivisionError" not in str(problem)
    (record,) = caplog.records
    assert record.exc_info is not None
    assert (record.message, record.__dict__["fields"]) == ("api.failed", {"path": "/api/deliveries/x"})
