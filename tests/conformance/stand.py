"""A whole relay with a client and an app that echoes, for suites that others wrote: `make stand`, until Ctrl-C.

Point a suite at 127.0.0.1 and the port that is printed, with `Host: demo.localhost`.
"""

import asyncio
import contextlib
import shutil
import signal
import sys
import tempfile
from email.utils import formatdate
from pathlib import Path

from tests.authority import Authority
from tests.system.listening import listening
from tests.system.supervisor import Supervisor
from tests.system.wire import Broken, read_request


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer with the content that was sent."""
    with contextlib.suppress(Broken):
        while request := await read_request(reader):
            content = b"" if request.line.startswith(b"HEAD ") else request.content
            fields = (
                f"Date: {formatdate(usegmt=True)}\r\nContent-Type: text/plain\r\nContent-Length: {len(request.content)}"
            )
            writer.write(b"HTTP/1.1 200 OK\r\n" + fields.encode() + b"\r\n\r\n" + content)
            await writer.drain()


async def _stand(directory: Path) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with listening(_echo) as port, Supervisor(directory, Authority(directory)) as supervisor:
        relay = await supervisor.relay()
        await supervisor.client(relay, port, token=await supervisor.token(), ui="quiet")
        sys.stdout.write(
            f"127.0.0.1:{relay.plain_port} plain, 127.0.0.1:{relay.port} TLS (CA {relay.ca}); Host: demo.localhost\n"
        )
        sys.stdout.flush()
        await ended.wait()


def main() -> None:
    """Run it."""
    directory = Path(tempfile.mkdtemp(prefix="hookline-stand-"))
    try:
        asyncio.run(_stand(directory))
    finally:
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
