"""Recognises what kind of file it is given and reads it."""

import re

from client.deliveries.export.model import CapturedExchange
from client.deliveries.importing.curl import read_curl
from client.deliveries.importing.errors import RequestUnreadable
from client.deliveries.importing.har import read_json
from client.deliveries.importing.raw import read_raw

MOST_BYTES = 256 * 1024 * 1024
"""A HAR file of a long browser session has tens of MB; past this it is no capture but a mistake."""

_CURL = re.compile(rb"((?:[^\S\n]*+(?:#[^\n]*+)?\n)*+[^\S\n]*+)(?:\$ )?(?:curl|printf)(?:\s|$)")
"""A cURL line may stand behind comments, a prompt, or the `printf` that feeds it."""


def read_request(data: bytes, *, most_bytes: int = MOST_BYTES, damaged: bool = False) -> list[CapturedExchange]:
    """Read every request in `data`: a HAR file or entry, a raw HTTP/1.1 request, or a cURL line.

    Args:
        data: the file's bytes.
        most_bytes: the largest file that is looked at.
        damaged: see `read_raw`.

    Raises:
        RequestUnreadable: it is none of these, too large, or broken; says at which line.
    """
    if len(data) > most_bytes:
        raise RequestUnreadable(f"the file has {len(data):,} bytes; at most {most_bytes:,} are read")
    data = data.removeprefix(b"\xef\xbb\xbf")
    start = data.lstrip()
    if not start:
        raise RequestUnreadable("the file is empty; a HAR file, a raw HTTP request or a cURL line was expected")
    if start[:1] in (b"{", b"["):
        return read_json(data)
    if _CURL.match(data):
        return [read_curl(data)]
    return read_raw(data, damaged=damaged)
