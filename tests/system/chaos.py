"""A bad network between two programs, on 127.0.0.1."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Literal

from tests.system.app import reset
from tests.system.listening import listening

Direction = Literal["out", "in"]
"""`out`: from who connected to the target; `in`: back."""

READ_BYTES = 64 * 1024


@dataclass(slots=True)
class Weather:
    """What one direction does to bytes. May be changed while connections run."""

    latency_seconds: float = 0.0
    slice_bytes: int = 0
    """Send on in pieces of at most so many bytes; 0: as they came."""
    reset_after_bytes: int | None = None
    """Reset both sides when a connection has carried so many."""
    clear: asyncio.Event = field(default_factory=asyncio.Event)
    """Unset: nothing gets through, and nobody is told."""
    carried_bytes: int = 0

    def __post_init__(self) -> None:
        """Begin with nothing in the way."""
        self.clear.set()


class ChaosProxy:
    """Forwards TCP to a port, and misbehaves on request; made by `between`."""

    def __init__(self, target_port: int) -> None:
        self.target_port = target_port
        self.port = 0
        self.weather: dict[Direction, Weather] = {"out": Weather(), "in": Weather()}
        self.accepted = 0
        self.refusing = False
        """Accept and close at once, as a relay that is going away does."""
        self._open: dict[int, tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = {}

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._open)

    def black_hole(self, *directions: Direction) -> None:
        """Let nothing through any more, silently; both directions unless named."""
        for direction in directions or ("out", "in"):
            self.weather[direction].clear.clear()

    def heal(self) -> None:
        """Let through again, what was held up first."""
        for weather in self.weather.values():
            weather.clear.set()

    def reset_all(self) -> None:
        """Reset every connection, both sides."""
        for pair in list(self._open.values()):
            for writer in pair:
                reset(writer)

    def strand(self) -> None:
        """Reset every connection on the side that made it; the target hears nothing: a laptop on another network."""
        for _, back in self._open.values():
            reset(back)
        self._open.clear()

    def half_close(self, direction: Direction) -> None:
        """End one direction of every connection properly (FIN) and leave the other open."""
        for outward, back in self._open.values():
            (outward if direction == "out" else back).write_eof()

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection until both directions have ended."""
        self.accepted += 1
        number = self.accepted
        if self.refusing:
            reset(writer)
            return
        try:
            target_reader, target = await asyncio.open_connection("127.0.0.1", self.target_port)
        except OSError:
            reset(writer)
            return
        for end in (writer, target):
            end.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._open[number] = (target, writer)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._carry(reader, target, "out", number))
                tasks.create_task(self._carry(target_reader, writer, "in", number))
        finally:
            self._open.pop(number, None)
            for end in (writer, target):
                end.close()

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, direction: Direction, number: int
    ) -> None:
        weather = self.weather[direction]
        carried = 0
        with contextlib.suppress(OSError):
            while data := await reader.read(READ_BYTES):
                if weather.latency_seconds:
                    await asyncio.sleep(weather.latency_seconds)
                await weather.clear.wait()
                cut = weather.reset_after_bytes
                if cut is not None and carried + len(data) >= cut:
                    await self._cut(number, writer, data[: cut - carried])
                    return
                await _send(writer, data, weather.slice_bytes)
                carried += len(data)
                weather.carried_bytes += len(data)
            await weather.clear.wait()
            if number in self._open and writer.can_write_eof() and not writer.is_closing():
                writer.write_eof()
            return
        for end in self._open.get(number, ()):
            reset(end)

    async def _cut(self, number: int, writer: asyncio.StreamWriter, last: bytes) -> None:
        """Send the last bytes that may pass, see them off, then reset."""
        writer.write(last)
        await writer.drain()
        for end in self._open.get(number, ()):
            reset(end)


async def _send(writer: asyncio.StreamWriter, data: bytes, slice_bytes: int) -> None:
    step = slice_bytes or len(data)
    for start in range(0, len(data), step):
        writer.write(data[start : start + step])
        await writer.drain()
        if slice_bytes:
            await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def between(target_port: int) -> AsyncIterator[ChaosProxy]:
    """Give a proxy in front of a port; its connections end with the block."""
    proxy = ChaosProxy(target_port)
    async with listening(proxy.accept) as port:
        proxy.port = port
        try:
            yield proxy
        finally:
            proxy.heal()
            proxy.reset_all()
