"""Writes bytes as words of sh, bash and zsh that nothing in them can leave.

What is written is printable text alone, so that a line can be shown, mailed and pasted: everything else, NUL included,
is an octal escape of `printf`, which all these shells have built in (no limit on an argument's length applies to it).
"""

import re

from shared.printable import printable

MOST_ARGUMENT_BYTES = 32 * 1024
"""Linux refuses an argument of 128 KiB (MAX_ARG_STRLEN), Windows a line of 32 KiB."""

_SAFE = re.compile(r"[A-Za-z0-9_./:=@%+,-]+")
_ESCAPED = re.compile(rb"[^ -~]|['\\!%]|^-")


def plain(data: bytes) -> str | None:
    """Give the text of `data` if it can stand between single quotes as it is, else None.

    TAB would complete names when pasted; interactive bash looks for `!` on every further line, quoted or not.
    """
    if len(data) > MOST_ARGUMENT_BYTES:
        return None
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    if "\t" in text or printable(text) != text or ("!" in text and "\n" in text):
        return None
    return text


def quoted(text: str) -> str:
    """Give printable text as one word."""
    if _SAFE.fullmatch(text):
        return text
    return "'" + text.replace("'", "'\\''") + "'"


def printed(data: bytes) -> str:
    """Give the command that prints exactly these bytes: `printf '…'`."""
    return f"printf '{_ESCAPED.sub(_octal, data).decode('ascii')}'"


def word(data: bytes) -> str:
    """Give bytes without NUL and without a line end at their end as one word."""
    text = plain(data)
    return f'"$({printed(data)})"' if text is None else quoted(text)


def _octal(match: re.Match[bytes]) -> bytes:
    return b"%%" if match[0] == b"%" else b"\\%03o" % match[0][0]
