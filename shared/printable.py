"""Makes captured text safe for a terminal, a log and a page of plain text."""

import re

_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
"""C0 without TAB and LF, DEL, C1, line and bidi controls, other format characters, lone surrogates, tags."""

_C0_PICTURES = 0x2400
_DEL = 0x7F


def _picture(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:  # noqa: PLR2004 - the end of C0
        return chr(_C0_PICTURES + code)
    return "\u2421" if code == _DEL else "\ufffd"


def printable(text: str) -> str:
    """Give `text` with everything that could steer a terminal replaced by a visible picture.

    TAB and LF stay: a view that shows one line uses `printable_line`.
    """
    return _UNSAFE.sub(_picture, text)


def printable_line(text: str) -> str:
    """Give `text` as a single safe line: TAB and LF become pictures too."""
    return printable(text).replace("\t", "\u2409").replace("\n", "\u240a")


def printable_content(data: bytes, encoding: str = "utf-8") -> str:
    """Decode content for display: what does not decode becomes U+FFFD, then as `printable`."""
    return printable(data.decode(encoding, errors="replace"))
