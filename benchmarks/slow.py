"""A program of many slow senders: `python -m benchmarks.slow PORT HOST COUNT`.

Each has a TLS connection, sends half of a delivery, and then a byte now and then. Says `ready` when all are there.
"""

import asyncio
import ssl
import sys
from typing import cast

from benchmarks.events import EVENT_BYTES
from benchmarks.machine import LOOPBACK
from shared.loop import loop_factory

AT_ONCE = 100
"""Connections that are opened together."""
PER_ADDRESS = 900
"""The relay lets one address have 1,000; all of 127.0.0.0/8 is this machine."""
PACE_SECONDS = 10.0
"""Between two bytes; the relay gives up after 30 s without one."""


class Sender(asyncio.Protocol):
    """One of them."""

    def __init__(self, head: bytes) -> None:
        self._head = head
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send half of a delivery."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's TLS transports derive from none of asyncio's
        self._transport.write(self._head + b"x" * (EVENT_BYTES // 2))

    def send_byte(self) -> None:
        """Show that it is still there."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(b"x")


async def hold(port: int, host: str, count: int) -> None:
    """Hold the connections until the process is ended."""
    loop = asyncio.get_running_loop()
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    head = f"POST /hook HTTP/1.1\r\nHost: {host}\r\nContent-Length: {EVENT_BYTES}\r\n\r\n".encode()
    senders: list[Sender] = []
    fed = loop.time()

    async def connect(number: int) -> None:
        """Connect one sender, from an address that few others have."""
        source = f"127.0.{number // PER_ADDRESS}.2"
        _, sender = await loop.create_connection(
            lambda: Sender(head), LOOPBACK, port, ssl=context, server_hostname=host, local_addr=(source, 0)
        )
        senders.append(sender)

    while True:
        if len(senders) < count:
            first = len(senders)
            async with asyncio.TaskGroup() as tasks:
                for number in range(first, min(first + AT_ONCE, count)):
                    tasks.create_task(connect(number))
            if len(senders) == count:
                print("ready", flush=True)
        else:
            await asyncio.sleep(1.0)
        if loop.time() - fed > PACE_SECONDS:
            fed = loop.time()
            for sender in senders:
                sender.send_byte()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(hold(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
