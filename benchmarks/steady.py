"""A program that sends at a steady rate: `python -m benchmarks.steady PORT HOST RATE SECONDS SIGNATURES`.

Ten connections that stay open, each sending when its time has come, answered or late. Says `sent N` at its end.
"""

import asyncio
import sys
from itertools import count
from pathlib import Path

from benchmarks.events import request
from benchmarks.machine import LOOPBACK
from shared.loop import loop_factory

CONNECTIONS = 10


async def send(port: int, host: str, rate: float, seconds: float, signatures: list[str]) -> int:
    """Send; give how many were answered with 200.

    Raises:
        RuntimeError: one was not.
    """
    loop = asyncio.get_running_loop()
    numbers, began = count(), loop.time()
    answered = 0

    async def sender() -> None:
        """Send one delivery after the other, at a steady pace."""
        nonlocal answered
        reader, writer = await asyncio.open_connection(LOOPBACK, port)
        while (due := (number := next(numbers)) / rate) < seconds:
            await asyncio.sleep(began + due - loop.time())
            writer.write(request(number, signatures[number % len(signatures)], host))
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(f"delivery {number} was answered {head[:60]!r}")
            length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
            await reader.readexactly(int(length))
            answered += 1
        writer.close()

    async with asyncio.TaskGroup() as tasks:
        for _ in range(CONNECTIONS):
            tasks.create_task(sender())
    return answered


if __name__ == "__main__":
    signed = Path(sys.argv[5]).read_text(encoding="ascii").split()
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        print("sent", runner.run(send(int(sys.argv[1]), sys.argv[2], float(sys.argv[3]), float(sys.argv[4]), signed)))
