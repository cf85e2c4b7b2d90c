"""Where the local API listens, as a person writes it."""

from dataclasses import dataclass
from typing import Self

from shared.errors import TunnelError
from shared.printable import printable_line

_LOOPBACK = {"": "127.0.0.1", "127.0.0.1": "127.0.0.1", "localhost": "localhost", "::1": "::1"}
_MOST_PORT = 65_535
_MOST_DIGITS = 5


class BadInspectAddress(TunnelError):  # noqa: N818 - reads as the sentence it is
    """Text that is no loopback address with a port."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"{printable_line(text)!r} does not fit: give a loopback address with a port, such as 127.0.0.1:4040"
        )


@dataclass(frozen=True, slots=True)
class InspectAddress:
    """A loopback address: nobody beyond this machine may ask the local API."""

    host: str
    port: int
    """The first that is tried; 0: any free one."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `127.0.0.1:4040`, `localhost:4040`, `[::1]:4040`, `:4040` or `4040`.

        Raises:
            BadInspectAddress: it is none of these.
        """
        host, _, digits = text.strip().rpartition(":")
        host = host.removeprefix("[").removesuffix("]")
        number = digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS
        if host not in _LOOPBACK or not number or int(digits) > _MOST_PORT:
            raise BadInspectAddress(text)
        return cls(_LOOPBACK[host], int(digits))
