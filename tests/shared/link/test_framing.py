"""Frames of both ends, against the library's own."""

import asyncio
from collections.abc import Callable
from sys import getsizeof

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from shared.link.framing import FrameReader, write_from_client, write_from_server

MOST = 70_000


class Heard:
    """What a reader made of what it was fed."""

    def __init__(self, *, masked: bool = False) -> None:
        self.said: list[tuple[str, bytes]] = []
        self.reader = FrameReader(
            masked=masked,
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


@given(
    masked=st.booleans(),
    frames=st.lists(FRAMES, max_size=6),
    step=st.sampled_from([1, 2, 3, 7, 64, 1000, 65_536, 1_000_000]),
)
def test_whole_messages_are_cut_out_wherever_the_bytes_are_cut(
    *, masked: bool, frames: list[tuple[Opcode, int, bool, bool]], step: int
) -> None:
    """Messages come with their content, every other frame as it was, all in their order."""
    raw, expected = [], []
    for opcode, length, fin, mask in frames:
        content = bytes(range(256)) * (min(length, 125 if opcode >= Opcode.CLOSE else length) // 256 + 1)
        content = content[: min(length, 125) if opcode >= Opcode.CLOSE else length]
        data = encoded(opcode, content, fin=fin or opcode >= Opcode.CLOSE, mask=mask)
        raw.append(data)
        whole = opcode is Opcode.BINARY and fin and mask is masked
        expected.append(("message", content) if whole else ("other", data))
    assert Heard(masked=masked).feed(b"".join(raw), max(step, sum(map(len, raw)) // 2000 or 1)) == expected


@pytest.mark.parametrize("step", [1, 5, 100_000])
def test_message_that_is_too_long_is_left_to_the_library_and_all_that_follows(step: int) -> None:
    """Nothing of it is kept here, and nothing in it is taken for a frame."""
    ping = encoded(Opcode.PING, b"p")
    raw = ping + encoded(Opcode.BINARY, ping * (MOST // 3 + 1))
    said = Heard().feed(raw, step)
    assert said[0] == ("other", ping)
    assert {kind for kind, _ in said} == {"other"}
    assert b"".join(data for _, data in said) == raw


def test_message_that_comes_byte_by_byte_takes_little_more_than_its_size() -> None:
    """A piece of one byte would take forty."""
    heard = Heard()
    raw = encoded(Opcode.BINARY, bytes(MOST))
    for at in range(len(raw) - 1):
        heard.reader.feed(raw[at : at + 1])
    assert sum(map(getsizeof, heard.reader._held)) < 2 * MOST
    heard.reader.feed(raw[-1:])
    assert heard.said == [("message", bytes(MOST))]


class Written(asyncio.WriteTransport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.data = b""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Keep bytes."""
        self.data += data


@pytest.mark.parametrize("length", [0, 1, 125, 126, 20_000, 65_535, 65_536])
@pytest.mark.parametrize("write", [write_from_client, write_from_server])
def test_message_reads_as_the_library_s(write: Callable[[bytes, asyncio.WriteTransport], None], length: int) -> None:
    """Whole and binary; a client's is masked."""
    content, written = (b"0123456789" * (length // 10 + 1))[:length], Written()
    write(content, written)
    reader = StreamReader()
    reader.feed_data(written.data)
    parsing = Frame.parse(reader.read_exact, mask=write is write_from_client)
    with pytest.raises(StopIteration) as stopped:
        next(parsing)
    read = stopped.value.value
    assert (read.opcode, read.fin, bytes(read.data)) == (Opcode.BINARY, True, content)


def test_each_message_of_a_client_s_has_a_key_of_its_own() -> None:
    """Nobody between can know what bytes leave (RFC 6455 section 10.3)."""
    written = Written()
    for _ in range(8):
        write_from_client(b"0123", written)
    assert len({written.data[at + 2 : at + 6] for at in range(0, 80, 10)}) > 1
