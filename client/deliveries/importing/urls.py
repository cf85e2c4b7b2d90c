"""Splits a URL where its target begins, without normalising either half."""

import re
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

_URL = re.compile(
    rb"(?:(https?)://)?(?:([^/?#@\s]*)@)?(\[[0-9A-Fa-f:.%]+\](?::\d+)?|[^/?#@\s\[\]:]+(?::\d+)?)([/?][^#]*)?(?:#.*)?",
    re.IGNORECASE | re.DOTALL,
)


class UrlParts(NamedTuple):
    """A URL in two halves, and who it says is calling."""

    base: str
    target: bytes
    userinfo: bytes | None
    """Percent-decoded `user:password`, or None."""


def split_url(url: bytes) -> UrlParts:
    """Give scheme and authority, and the target exactly as written; the fragment goes, it is never sent.

    Raises:
        ValueError: it is no http or https URL.
    """
    match = _URL.fullmatch(url)
    if match is None:
        raise ValueError(f"{url[:200].decode('utf-8', 'replace')!r} is no http:// or https:// URL")
    scheme = (match[1] or b"http").decode().lower()
    target = match[4] or b"/"
    if target.startswith(b"?"):
        target = b"/" + target
    userinfo = None if match[2] is None else unquote_to_bytes(match[2])
    return UrlParts(f"{scheme}://{match[3].decode('latin-1')}", target, userinfo)
