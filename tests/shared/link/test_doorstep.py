"""The first words on a transport, over a wire in memory."""

import asyncio

import pytest

from shared.errors import LinkClosed, ProtocolError
from shared.link import Doorstep
from shared.link.doorstep import words
from shared.protocol.codes import GoAwayCode
from shared.protocol.hello import GoAway, Hello
from tests.pairs import wires

HELLO = Hello("test/1", (), ())
LEAVING = GoAway(GoAwayCode.LEAVING, "the client ended")


async def test_first_word_comes_with_what_else_was_said() -> None:
    """One message may say more than the greeting."""
    here, there = wires()
    doorstep = Doorstep(here)
    there.send(words(HELLO, LEAVING))
    assert await doorstep.listen(Hello, 5.0) == (HELLO, [LEAVING])


@pytest.mark.parametrize(
    "message", [b"", words(LEAVING), words(HELLO)[:-1], b"\x00\x00\x01\x04\x00\x00\x00\x00\x00\xc1"]
)
async def test_whoever_says_anything_else_is_dropped(message: bytes) -> None:
    """Nothing, another word, half of one or one that cannot be read: the connection does not stay."""
    here, there = wires()
    doorstep = Doorstep(here)
    there.send(message)
    with pytest.raises(ProtocolError):
        await doorstep.listen(Hello, 5.0)
    await asyncio.sleep(0)
    assert (here.lost, there.lost) == (True, True)


async def test_whoever_says_nothing_is_dropped() -> None:
    """A peer has so long to greet."""
    here, _there = wires()
    with pytest.raises(LinkClosed):
        await Doorstep(here).listen(Hello, 0.0)
    await asyncio.sleep(0)
    assert here.lost


async def test_connection_that_is_lost_before_a_word_is_told_as_lost() -> None:
    """Whoever listens hears why there is nothing to hear."""
    here, there = wires()
    doorstep = Doorstep(here)
    there.cut()
    with pytest.raises(LinkClosed, match="cut"):
        await doorstep.listen(Hello, 5.0)
