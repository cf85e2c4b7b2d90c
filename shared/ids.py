"""Makes identifiers that sort by time and are short enough to type the beginning of."""

import os
import time
from collections.abc import Callable

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: no letter that looks like another."""

NewId = Callable[[str], str]
"""Takes a prefix such as `dlv`, gives a new identifier such as `dlv_01k9wz…`."""


def new_id(prefix: str) -> str:
    """Give `prefix_` and 18 characters: 50 bits of milliseconds, then 40 random bits."""
    number = (time.time_ns() // 1_000_000) << 40 | int.from_bytes(os.urandom(5))
    text = ""
    for shift in range(85, -5, -5):
        text += _ALPHABET[(number >> shift) & 31]
    return f"{prefix}_{text}"
