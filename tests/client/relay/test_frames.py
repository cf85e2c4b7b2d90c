"""Frames as the relay sends them and as the client does, against the library's own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from client.relay.frames import FrameReader, frame

MOST = 70_000


class Heard:
    """What a reader made of what it was fed."""

    def __init__(self) -> None:
        self.said: list[tuple[str, bytes]] = []
        self.reader = FrameReader(
            most_bytes=MOST,
            on_message=lambda data: self.said.append(("message", data)),
            on_other=lambda data: self.said.append(("other", data)),
        )

    def feed(self, data: bytes, step: int) -> list[tuple[str, bytes]]:
        """Feed in pieces of `step` bytes."""
        for at in range(0, len(data), step):
            self.reader.feed(data[at : at + step])
        return self.said


def encoded(opcode: Opcode, content: bytes, *, fin: bool = True, mask: bool = False) -> bytes:
    """Give a frame as the library writes it."""
    return Frame(opcode, content, fin=fin).serialize(mask=mask)


FRAMES = st.tuples(
    st.sampled_from([Opcode.BINARY, Opcode.BINARY, Opcode.CONT, Opcode.TEXT, Opcode.PING, Opcode.PONG, Opcode.CLOSE]),
    st.sampled_from([0, 1, 2, 125, 126, 127, 300, 65_535, 65_536]),
    st.booleans(),
    st.booleans(),
)


@given(frames=st.lists(FRAMES, max_size=6), step=st.sampled_from([1, 2, 3, 7, 64, 1000, 65_536, 1_000_000]))
def test_whole_messages_are_cut_out_wherever_the_bytes_are_cut(
    frames: list[tuple[Opcode, int, bool, bool]], step: int
) -> None:
    """Messages come with their content, every other frame as it was, all in their order."""
    raw, expected = [], []
    for opcode, length, fin, mask in frames:
        content = bytes(range(256)) * (min(length, 125 if opcode >= Opcode.CLOSE else length) // 256 + 1)
        content = content[: min(length, 125) if opcode >= Opcode.CLOSE else length]
        data = encoded(opcode, content, fin=fin or opcode >= Opcode.CLOSE, mask=mask)
        raw.append(data)
        whole = opcode is Opcode.BINARY and fin and not mask
        expected.append(("message", content) if whole else ("other", data))
    assert Heard().feed(b"".join(raw), max(step, sum(map(len, raw)) // 2000 or 1)) == expected


@pytest.mark.parametrize("step", [1, 5, 100_000])
def test_message_that_is_too_long_is_left_to_the_library_and_all_that_follows(step: int) -> None:
    """Nothing of it is kept here, and nothing in it is taken for a frame."""
    ping = encoded(Opcode.PING, b"p")
    raw = ping + encoded(Opcode.BINARY, ping * (MOST // 3 + 1))
    said = Heard().feed(raw, step)
    assert said[0] == ("other", ping)
    assert {kind for kind, _ in said} == {"other"}
    assert b"".join(data for _, data in said) == raw


@pytest.mark.parametrize("length", [0, 1, 125, 126, 65_535, 65_536])
def test_message_of_the_client_s_reads_as_the_library_s(length: int) -> None:
    """Whole, binary, masked with a key of its own."""
    content = (b"0123456789" * (length // 10 + 1))[:length]
    reader = StreamReader()
    head, masked = frame(content)
    reader.feed_data(head + masked)
    parsing = Frame.parse(reader.read_exact, mask=True)
    with pytest.raises(StopIteration) as stopped:
        next(parsing)
    read = stopped.value.value
    assert (read.opcode, read.fin, bytes(read.data)) == (Opcode.BINARY, True, content)
    assert frame(content)[0][-4:] != head[-4:]
