"""The server name a TLS client asked for (RFC 6066 section 3), kept with its connection.

Python tells it to `sni_callback` alone: `SSLObject.server_hostname` stays None on the server's side.
"""

import re
import ssl
from collections.abc import Callable

_LITERAL = re.compile(r"[0-9.]+|.*:.*")
"""An IPv4 or IPv6 address: no host name ends in a number (RFC 1123 section 2.1), or has a colon."""


class NamedSSLObject(ssl.SSLObject):
    """A TLS connection that remembers the name its client asked for."""

    requested_name: str | None = None
    """In lower case; None: the client sent no name, or the handshake is not that far."""


def remember_names(context: ssl.SSLContext, then: Callable[[ssl.SSLObject, str], None]) -> None:
    """Have each connection of `context` keep the name its client asks for, then call `then` with it (empty: none).

    Works on asyncio's loop and on uvloop alike: both make their connections through `context.sslobject_class`.
    """
    context.sslobject_class = NamedSSLObject

    def on_name(connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        asked = (name or "").lower()
        if _LITERAL.fullmatch(asked):
            asked = ""  # RFC 6066 allows no addresses here; a client that sends one means no name
        if isinstance(connection, NamedSSLObject) and asked:
            connection.requested_name = asked
        then(connection, asked)

    context.sni_callback = on_name


def server_name(ssl_object: object) -> str | None:
    """Give the name that the client of this connection asked for, in lower case; None: it named none.

    Args:
        ssl_object: what `transport.get_extra_info("ssl_object")` gives; None without TLS.
    """
    return ssl_object.requested_name if isinstance(ssl_object, NamedSSLObject) else None
