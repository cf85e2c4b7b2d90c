"""Exit codes, and which failure has which."""

from enum import IntEnum

from client.inspector import ReplayRefused, UnknownDelivery
from client.origin.address import BadAddress
from client.origin.rewrite import BadHostHeader
from client.relay import BadRelay
from client.signatures.catalogue import CatalogueMistake, UnknownScheme
from client.signatures.secret import SecretUnusable
from client.signatures.signers import CannotSign
from client.simulate.events import EventMistake
from shared.config import ConfigError
from shared.errors import LinkRefused, TunnelError
from shared.units import UnitError


class Exit(IntEnum):
    """What a script may rely on."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    REFUSED = 3
    GONE = 4


_USAGE = (
    BadAddress,
    BadHostHeader,
    BadRelay,
    CannotSign,
    CatalogueMistake,
    ConfigError,
    EventMistake,
    SecretUnusable,
    UnitError,
    UnknownScheme,
)
_NOT_ANSWERED = frozenset(("dns", "dns-down", "timeout", "refused", "unreachable", "proxy", "tls", "not-a-relay"))
_GONE = frozenset(("superseded", "revoked"))


def exit_code(error: TunnelError) -> Exit:
    """Give the exit code that goes with a failure."""
    if isinstance(error, _USAGE):
        return Exit.USAGE
    if isinstance(error, LinkRefused):
        if error.code in _GONE:
            return Exit.GONE
        return Exit.FAILED if error.code in _NOT_ANSWERED else Exit.REFUSED
    if isinstance(error, UnknownDelivery | ReplayRefused):
        return Exit.FAILED
    return Exit.FAILED
