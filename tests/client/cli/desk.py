"""A client that runs, as other commands find it: its local API, announced where they look."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from client.api import ApiServer
from client.running import RunningAgent, announced
from tests.client.deliveries.stage import Desk


class Done(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


class Client:
    """A desk that is served, and the command on it."""

    def __init__(self, desk: Desk | None, directory: Path) -> None:
        self.desk = desk
        self.directory = directory
        self.environment = {**os.environ, "NO_COLOR": "1"}
        for kind in ("STATE", "DATA", "CONFIG", "CACHE"):
            self.environment[f"XDG_{kind}_HOME"] = str(directory)

    async def run(self, *arguments: str, stdin: bytes = b"", **environment: str) -> Done:
        """Run `hookline` with these arguments to its end."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-W", "error", "-m", "client", *arguments),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**self.environment, **environment},
        )
        out, err = await process.communicate(stdin)
        assert process.returncode is not None
        return Done(process.returncode, out.decode(errors="replace"), err.decode(errors="replace"))


@asynccontextmanager
async def running_client(desk: Desk, directory: Path) -> AsyncIterator[Client]:
    """Have a client run until the block ends."""
    server = ApiServer(desk.inspector, port=0)
    url = await server.start()
    try:
        with announced(RunningAgent(os.getpid(), url, 1.0), directory / "hookline" / "agents"):
            yield Client(desk, directory)
    finally:
        desk.feed.close()
        await server.close()
