"""Requests that leave at the end of the turn."""

import asyncio

import pytest

from client.origin.together import Together
from tests.client.origin.test_outflow import connected
from tests.waiting import settled


async def test_requests_of_one_turn_leave_at_its_end_in_order() -> None:
    """Nothing is written while others may still join; then each goes out on its own connection."""
    together = Together()
    async with connected() as (one, far_one), connected() as (two, far_two):
        together.write(one.out, b"first")
        together.write(two.out, b"second")
        with pytest.raises(BlockingIOError):
            far_one.recv(100)
        await asyncio.sleep(0)
        loop = asyncio.get_running_loop()
        assert [await loop.sock_recv(far, 100) for far in (far_one, far_two)] == [b"first", b"second"]
        together.write(two.out, b"third")
        assert await loop.sock_recv(far_two, 100) == b"third"


async def test_connection_that_is_gone_at_the_end_of_the_turn_gets_nothing() -> None:
    """Its exchange has failed already; those of other connections leave."""
    together = Together()
    async with connected() as (one, _), connected() as (two, far_two):
        together.write(one.out, b"lost")
        together.write(two.out, b"sent")
        one.out.reset()
        assert await asyncio.get_running_loop().sock_recv(far_two, 100) == b"sent"
        await settled(lambda: one.lost)
        assert one.out.sent_bytes == 0
