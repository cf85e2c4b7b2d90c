"""Exit codes, and which failure has which."""

from enum import IntEnum

from client.credentials import BadToken, CredentialsUnusable
from client.inspect_address import BadInspectAddress
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
    BadInspectAddress,
    BadRelay,
    BadToken,
    CannotSign,
    CatalogueMistake,
    ConfigError,
    CredentialsUnusable,
    EventMistake,
    SecretUnusable,
    UnitError,
    UnknownScheme,
)
_NOT_ANSWERED = frozenset(
    ("certificate", "dns", "dns-down", "not-a-relay", "proxy", "refused", "timeout", "tls", "unreachable")
)
_OURS = frozenset(("bad-ca",))
_GONE = frozenset(("superseded", "revoked"))


def exit_code(error: TunnelError) -> Exit:
    """Give the exit code that goes with a failure."""
    if isinstance(error, _USAGE):
        return Exit.USAGE
    if isinstance(error, LinkRefused):
        if error.code in _OURS:
            return Exit.USAGE
        if error.code in _GONE:
            return Exit.GONE
        return Exit.FAILED if error.code in _NOT_ANSWERED else Exit.REFUSED
    return Exit.FAILED
