"""A library for ngrok's agent, as scripts use it, against a client that runs."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
from pyngrok import conf, ngrok, process
from pyngrok.exception import PyngrokNgrokHTTPError

from tests.system.app import App
from tests.system.supervisor import Client, Relay

pytestmark = pytest.mark.system


class Agent:
    """The library, which takes the client that runs for the ngrok that it started."""

    def __init__(self, api: str, directory: Path, version: str) -> None:
        program, settings = directory / "ngrok", directory / "ngrok.yml"
        program.touch()
        settings.write_text("version: 3\n")
        self.config = conf.PyngrokConfig(
            ngrok_path=str(program), config_path=str(settings), config_version=version, request_timeout=10
        )
        self._process = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
        running = process.NgrokProcess(self._process, self.config)
        running.api_url = api
        process._current_processes[self.config.ngrok_path] = running

    async def call(self, function: Any, *arguments: Any, **options: Any) -> Any:
        """Call a function of the library in a thread."""
        return await asyncio.to_thread(function, *arguments, pyngrok_config=self.config, **options)

    async def ask(self, path: str, **options: Any) -> Any:
        """Ask the API as the library does."""
        url = process._current_processes[self.config.ngrok_path].api_url
        return await asyncio.to_thread(ngrok.api_request, f"{url}{path}", **options)

    def close(self) -> None:
        """Let the library forget the client, without ending it."""
        process._current_processes.pop(self.config.ngrok_path, None)
        self._process.communicate()


@pytest.fixture(params=["2", "3"], ids=["tunnels", "endpoints"])
def agent(client: Client, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Agent]:
    """Give the library on the running client, with each of the two words that ngrok has had for it."""
    agent = Agent(client.api, tmp_path, request.param)
    yield agent
    agent.close()


async def send(relay: Relay, public_url: str, content: bytes) -> int:
    """Post to a tunnel as a provider does, and give the status."""
    host = urlsplit(public_url).netloc
    url = f"http://127.0.0.1:{relay.plain_port}/hooks"
    headers = {"Host": host, "X-Forwarded-Proto": "https"}
    async with aiohttp.ClientSession() as session, session.post(url, data=content, headers=headers) as response:
        return response.status


async def test_script_for_ngrok_works_unchanged(relay: Relay, agent: Agent, app: App, client: Client) -> None:
    """Connect, list, send, inspect, replay, delete and disconnect."""
    tunnel = await agent.call(ngrok.connect, str(app.port), name="mine", subdomain="nobody")
    assert tunnel.public_url == f"https://nobody.localhost:{relay.port}"
    assert (tunnel.name, tunnel.proto, tunnel.upstream["url"]) == ("mine", "https", f"http://localhost:{app.port}")
    listed = await agent.call(ngrok.get_tunnels)
    assert tunnel.public_url in [one.public_url for one in listed]
    await asyncio.to_thread(tunnel.refresh_metrics)
    assert await send(relay, tunnel.public_url, b'{"id":1}') == 200
    (request,) = (await agent.ask("/api/requests/http", params={"tunnel_name": "mine", "limit": 10}))["requests"]
    assert (request["request"]["method"], request["request"]["uri"]) == ("POST", "/hooks")
    assert request["response"]["status_code"] == 200
    replayed = await agent.ask("/api/requests/http", method="POST", data={"id": request["id"], "tunnel_name": "mine"})
    assert replayed == {}
    assert (await client.get(f"/api/deliveries/{request['id']}"))["summary"]["attempts"] == 2
    assert (await agent.ask(request["uri"]))["id"] == request["id"]
    assert await agent.ask("/api/requests/http", method="DELETE") == {}
    assert (await agent.ask("/api/requests/http"))["requests"] == []
    await agent.call(ngrok.disconnect, tunnel.public_url)
    assert tunnel.public_url not in [one.public_url for one in await agent.call(ngrok.get_tunnels)]
    assert await send(relay, tunnel.public_url, b"{}") == 503


async def test_tunnel_that_cannot_be_is_refused_in_words(agent: Agent, app: App) -> None:
    """The library raises its own error, with what we said."""
    with pytest.raises(PyngrokNgrokHTTPError, match="tunnels carry http and https"):
        await agent.call(ngrok.connect, "22", "tcp")
    with pytest.raises(PyngrokNgrokHTTPError, match="is not known here"):
        await agent.call(ngrok.connect, str(app.port), basic_auth=["a:b"])
    with pytest.raises(PyngrokNgrokHTTPError, match="is not at the relay"):
        await agent.call(ngrok.connect, str(app.port), domain="mine.ngrok.app")


async def test_endpoint_is_moved_to_another_app(agent: Agent, app: App, relay: Relay) -> None:
    """In ngrok's newer words: opened by its URL, changed, shown, closed."""
    url = f"https://nobody.localhost:{relay.port}"
    opened = await agent.ask("/api/endpoints", method="POST", data={"name": "e", "url": url, "upstream": {"url": "9"}})
    assert (opened["url"], opened["upstream"]) == (url, {"url": "http://localhost:9"})
    assert await send(relay, url, b"{}") == 502
    changed = await agent.ask("/api/endpoints/e", method="PUT", data={"upstream": {"url": f"127.0.0.1:{app.port}"}})
    assert changed["upstream"] == {"url": f"http://127.0.0.1:{app.port}"}
    assert await send(relay, url, b"{}") == 200
    assert "e" in [one["name"] for one in (await agent.ask("/api/endpoints"))["endpoints"]]
    assert await agent.ask("/api/endpoints/e", method="DELETE") == {}
    assert await send(relay, url, b"{}") == 503
