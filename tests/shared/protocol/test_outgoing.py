"""Frames gathered into messages."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from shared.protocol import frames
from shared.protocol.codes import MESSAGE_BYTES
from shared.protocol.outgoing import Outgoing

SIZES = st.lists(
    st.sampled_from([0, 1, 100, 4095, 4096, 65_536, 300_000, MESSAGE_BYTES - frames.HEADER_BYTES]), max_size=9
)


@given(SIZES)
def test_frames_leave_whole_and_in_order(sizes: list[int]) -> None:
    """A message holds as many as fit, and never a part of one; nothing is left over."""
    outgoing, expected = Outgoing(), []
    for number, size in enumerate(sizes):
        payload = bytes([number]) * size
        outgoing.write(1, 0, number, memoryview(payload) if number % 2 else payload)
        expected.append((1, 0, number, payload))
    assert (outgoing.count, outgoing.pending_bytes) == (len(sizes), sum(sizes) + frames.HEADER_BYTES * len(sizes))
    found, messages = [], []
    while outgoing.pending_bytes:
        message = outgoing.take()
        messages.append(message)
        found += list(frames.decode(message))
    assert found == expected
    assert (outgoing.count, outgoing.take()) == (0, b"")
    for message, following in pairwise(messages):
        assert len(message) <= MESSAGE_BYTES < len(message) + frames.size(following)
