"""Why a file holds no request that can be read."""

from shared.errors import TunnelError


class RequestUnreadable(TunnelError):  # noqa: N818 - reads as the sentence it is
    """A file or line that is no HAR, raw HTTP request or cURL line; says where and why."""

    def __init__(self, sentence: str, *, line: int | None = None, column: int | None = None) -> None:
        place = "" if line is None else f"line {line}: " if column is None else f"line {line}, column {column}: "
        super().__init__(place + sentence)
        self.sentence = sentence
        self.line = line
        """From 1; None: the fault has no place."""
        self.column = column
        """In bytes, from 1."""


def place(data: bytes, offset: int) -> tuple[int, int]:
    """Give line and column, both from 1, of a byte of `data`."""
    before = data[:offset]
    return before.count(b"\n") + 1, offset - (before.rfind(b"\n") + 1) + 1
