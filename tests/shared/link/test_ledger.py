"""Which messages the peer has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import ProtocolError
from shared.link.ledger import ACKNOWLEDGE_BYTES, ACKNOWLEDGE_MESSAGES, CannotResume, Ledger


def kept(*messages: bytes) -> Ledger:
    """Give a ledger that has sent the messages."""
    ledger = Ledger()
    for message in messages:
        ledger.keep(message)
    return ledger


def test_what_is_not_acknowledged_is_kept() -> None:
    """In order, and counted in bytes."""
    ledger = kept(b"one", b"three", b"five5")
    ledger.acknowledged(1)
    assert (ledger.kept_bytes, ledger.missing(1)) == (10, [b"three", b"five5"])


def test_acknowledgement_that_says_nothing_new_is_none() -> None:
    """They may come late, and more than once."""
    ledger = kept(b"a", b"b")
    for count in (1, 1, 0):
        ledger.acknowledged(count)
    assert ledger.missing(2) == []


def test_acknowledgement_of_what_was_never_sent_is_a_violation() -> None:
    """The peer is broken, and nothing is let go for its word."""
    ledger = kept(b"a")
    with pytest.raises(ProtocolError, match="2 messages acknowledged of 1 sent"):
        ledger.acknowledged(2)
    assert ledger.missing(0) == [b"a"]


@pytest.mark.parametrize("count", [0, 3])
def test_peer_that_remembers_another_link_is_not_gone_on_with(count: int) -> None:
    """It lacks what is kept no longer, or has what was never sent."""
    ledger = kept(b"a", b"b")
    ledger.acknowledged(1)
    with pytest.raises(CannotResume):
        ledger.missing(count)


def test_acknowledging_is_due_by_number_or_by_size() -> None:
    """Small messages together, a large one at once; what was said is not due again."""
    ledger = Ledger()
    due = [ledger.receive(1) for _ in range(ACKNOWLEDGE_MESSAGES)]
    assert (due.index(True), ledger.say(), ledger.receive(1)) == (ACKNOWLEDGE_MESSAGES - 1, ACKNOWLEDGE_MESSAGES, False)
    assert ledger.receive(ACKNOWLEDGE_BYTES) is True
    assert (ledger.say(), ledger.unsaid, ledger.unsaid_bytes) == (ACKNOWLEDGE_MESSAGES + 2, 0, 0)


@given(st.lists(st.binary(max_size=8), max_size=40), st.data())
def test_two_ends_agree_wherever_the_wire_is_cut(messages: list[bytes], data: st.DataObject) -> None:
    """What arrived before the cut, and what is sent again, is what was sent, once and in order."""
    sender, receiver = Ledger(), Ledger()
    arrived: list[bytes] = []
    cut = data.draw(st.integers(0, len(messages)))
    said = data.draw(st.integers(0, cut))
    for message in messages:
        sender.keep(message)
    for index, message in enumerate(messages[:cut]):
        arrived.append(message)
        receiver.receive(len(message))
        if index + 1 == said:
            sender.acknowledged(receiver.say())
    assert arrived + sender.missing(receiver.received) == messages
    assert sender.kept_bytes == sum(map(len, messages[cut:]))
