"""How much history is kept."""

import msgspec


class Limits(msgspec.Struct, frozen=True):
    """What may be kept; the oldest deliveries go first."""

    deliveries: int = 100_000
    age_seconds: float = 30 * 86_400.0
    size_bytes: int = 2 * 1024**3
