"""The first words on a transport."""

import asyncio

import pytest

from shared.errors import LinkClosed, ProtocolError
from shared.link.doorstep import Doorstep, words
from shared.protocol.hello import GoAway, Hello, Limits, Notice, Wanted, Welcome
from tests.pairs import Wire, wires

HELLO = Hello("hookline/test", (), (Wanted("demo"),))


class Receiver:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.told: list[bytes | str] = []

    def on_message(self, message: bytes) -> None:
        """Note a message."""
        self.told.append(message)

    def on_writable(self) -> None:
        """Note that there is room."""
        self.told.append("room")

    def on_lost(self, reason: str) -> None:
        """Note the loss."""
        self.told.append(f"lost: {reason}")


def greeted(*messages: bytes) -> tuple[Doorstep, Wire]:
    """Give a doorstep on a wire over which messages have come."""
    ours, _ = wires()
    doorstep = Doorstep(ours)
    for message in messages:
        doorstep.on_message(message)
    return doorstep, ours


async def test_first_message_is_heard_whole() -> None:
    """The word that was waited for, and what else was said with it."""
    notice = Notice("info", "hello")
    doorstep, _ = greeted(words(HELLO, notice))
    assert await doorstep.listen(Hello, 1) == (HELLO, [notice])


async def test_other_first_word_is_refused() -> None:
    """Whoever does not greet is no peer: the transport is dropped."""
    doorstep, wire = greeted(words(GoAway(0, "bye")))
    with pytest.raises(ProtocolError, match="expected Hello"):
        await doorstep.listen(Hello, 1)
    assert await _lost(wire)


async def _lost(wire: Wire) -> bool:
    await asyncio.sleep(0)
    return wire.lost


@pytest.mark.parametrize("message", [b"", b"\x00", b"hello there", words(HELLO)[:-1]])
async def test_message_that_is_none_is_refused(message: bytes) -> None:
    """Cut, empty or foreign: the transport is dropped, and nothing else is raised."""
    doorstep, wire = greeted(message)
    with pytest.raises(ProtocolError):
        await doorstep.listen(Hello, 1)
    assert await _lost(wire)


async def test_silence_is_given_up() -> None:
    """A peer that says nothing does not keep the door."""
    doorstep, wire = greeted()
    with pytest.raises(LinkClosed, match="did not greet in time"):
        await doorstep.listen(Hello, 0.01)
    assert await _lost(wire)


async def test_loss_is_told_to_whoever_listens() -> None:
    """Before the first word, whether somebody listened already or not."""
    doorstep, wire = greeted()
    wire.cut()
    with pytest.raises(LinkClosed, match="cut"):
        await doorstep.listen(Hello, 1)


async def test_what_came_meanwhile_is_handed_over() -> None:
    """In order: messages, then the loss; the first word is not among them."""
    doorstep, wire = greeted(words(HELLO), b"one", b"two")
    doorstep.on_writable()
    wire.cut()
    receiver = Receiver()
    doorstep.hand_over(receiver)
    assert (receiver.told, wire.receiver) == ([b"one", b"two", "lost: cut"], receiver)


async def test_after_the_handing_over_the_receiver_hears_by_itself() -> None:
    """The doorstep stands in nobody's way."""
    doorstep, wire = greeted(words(HELLO))
    receiver = Receiver()
    doorstep.hand_over(receiver)
    assert wire.peer is not None
    wire._arrive(b"later")
    assert receiver.told == [b"later"]


async def test_words_are_one_message() -> None:
    """A relay greets and refuses in one breath."""
    welcome = Welcome("relay", "link_1", Limits(), (), "key", 30.0, None)
    doorstep, _ = greeted(words(welcome, Notice("info", "x")))
    assert (await doorstep.listen(Welcome, 1))[0] == welcome
