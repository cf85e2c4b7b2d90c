"""Makes identifiers that sort by time and are short enough to type the beginning of."""

import os
import time
from collections.abc import Callable

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: no letter that looks like another."""

_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_PAIR_MASK = 0x3FF
_SHIFTS = tuple(range(80, -10, -10))

NewId = Callable[[str], str]
"""Takes a prefix such as `dlv`, gives a new identifier such as `dlv_01k9wz…`."""


def new_id(prefix: str) -> str:
    """Give `prefix_` and 18 characters: 50 bits of milliseconds, then 40 random bits."""
    number = (time.time_ns() // 1_000_000) << 40 | int.from_bytes(os.urandom(5))
    pairs = [_PAIRS[number >> shift & _PAIR_MASK] for shift in _SHIFTS]
    return f"{prefix}_{''.join(pairs)}"
