"""What a tether tells of itself."""

import msgspec

from shared.protocol.hello import Granted


class TetherState(msgspec.Struct, frozen=True):
    """What the user should know about the link."""

    online: bool
    sentence: str = ""
    """Why it is not online, or empty."""
    granted: tuple[Granted, ...] = ()
    attempt: int = 0
    """Dials since the connection was lost."""
    wait_seconds: float = 0.0
    """Until the next dial."""
