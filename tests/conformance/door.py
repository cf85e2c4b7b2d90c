"""The whole relay with a client and an app behind it, and sometimes nginx in front."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.authority import Authority
from tests.conformance.case import Case
from tests.conftest import find
from tests.system.app import App, serving
from tests.system.polling import until
from tests.system.program import Program
from tests.system.sender import Sender
from tests.system.supervisor import Supervisor, free_port
from tests.system.wire import Message

AT_ONCE = 16
PATIENCE_SECONDS = 8.0

_NGINX = """
worker_processes 1;
pid {directory}/nginx.pid;
error_log {directory}/error.log;
events {{ worker_connections 512; }}
http {{
  access_log off;
  client_body_temp_path {directory}/client;
  proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
  upstream relay {{ server 127.0.0.1:{relay}; keepalive 4; }}
  server {{
    listen 127.0.0.1:{port};
    ignore_invalid_headers off;
    underscores_in_headers on;
    location / {{
      proxy_pass http://relay;
      proxy_http_version 1.1;
      proxy_request_buffering off;
      proxy_set_header Host $http_host;
      proxy_set_header Connection "";
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto https;
    }}
  }}
}}
"""


@dataclass(slots=True)
class Door:
    """Where raw requests go in, and the app that says what came out."""

    app: App
    sender: Sender

    async def result(self, case: Case) -> list[Message]:
        """Send a case over a connection of its own and give every answer."""
        method = case.data.split(b" ", 1)[0]
        return await self.sender.raw(case.wire(), method=method, patience_seconds=PATIENCE_SECONDS)

    async def results(self, cases: Iterable[Case]) -> dict[str, list[Message]]:
        """Send the cases, several at once, and give the answers by name."""
        gate = asyncio.Semaphore(AT_ONCE)
        found: dict[str, list[Message]] = {}

        async def one(case: Case) -> None:
            async with gate:
                found[case.name] = await self.result(case)

        async with asyncio.TaskGroup() as tasks:
            for case in cases:
                tasks.create_task(one(case))
        return found

    def seen(self, case: Case) -> Counter[str]:
        """Give the ids of the case's requests that the app took for whole ones."""
        own = (case.id, f"{case.id}-hidden")
        return Counter(entry.id for entry in self.app.journal if entry.complete and entry.id in own)


def answered(messages: Iterable[Message]) -> Counter[str]:
    """Give the ids in the app's answers: the relay's own have none."""
    return Counter(found.decode() for message in messages if (found := message.first(b"x-delivery")) is not None)


@contextlib.asynccontextmanager
async def opened(directory: Path, authority: Authority, *, front: str) -> AsyncIterator[Door]:
    """Start the programs; `front` is `direct` or `nginx`."""
    async with serving() as app, Supervisor(directory, authority) as supervisor:
        if front == "direct":
            relay = await supervisor.relay()
            port = relay.plain_port
        else:
            relay = await supervisor.relay("--trusted-proxy", "127.0.0.1", tls="off")
            port = free_port()
        await supervisor.client(relay, app.port, token=await supervisor.token(), ui="quiet")
        door = Door(app, Sender(port, "demo.localhost"))
        if front == "direct":
            yield door
            return
        nginx = _start_nginx(directory / "nginx", port=port, relay=relay.port)
        try:
            await until((directory / "nginx" / "nginx.pid").exists, what=f"nginx\n{nginx.text}")
            yield door
        finally:
            await nginx.stop()


def _start_nginx(directory: Path, *, port: int, relay: int) -> Program:
    directory.mkdir()
    configuration = directory / "nginx.conf"
    configuration.write_text(_NGINX.format(directory=directory, port=port, relay=relay), encoding="utf-8")
    command: list[str | Path] = [find("nginx") or "nginx", "-c", configuration, "-g", "daemon off;"]
    return Program(
        command,
        env={"PATH": "/usr/sbin:/usr/bin:/bin", "HOME": str(directory)},
        logs=directory / "nginx.log",
        cwd=directory,
    )
