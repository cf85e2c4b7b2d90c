"""Exit codes: what a script may rely on."""

import pytest

from client.credentials import BadToken, CredentialsUnusable
from client.deliveries.faults import NotWritten
from client.exits import Exit, exit_code
from client.inspect_address import BadInspectAddress
from client.inspector import ReplayRefused, UnknownDelivery
from client.local_relay import RelayBroken
from client.origin.address import BadAddress
from client.relay import BadRelay, DialFailed
from client.signatures.catalogue import UnknownScheme
from client.signatures.secret import SecretUnusable
from shared.config import ConfigError
from shared.errors import ExchangeFailed, Failure, LinkRefused, TunnelError
from shared.units import UnitError


@pytest.mark.parametrize(
    "error",
    [
        BadAddress("x", "y"),
        BadInspectAddress("x"),
        BadRelay("x", "y"),
        BadToken(),
        ConfigError("f", "k", "p"),
        CredentialsUnusable(),
        SecretUnusable(),
        UnitError("x"),
        UnknownScheme("x", ()),
        DialFailed("bad-ca", "", final=True),
    ],
)
def test_what_was_given_wrong_is_usage(error: TunnelError) -> None:
    """The command or its settings have to be changed: 2."""
    assert (exit_code(error), int(Exit.USAGE)) == (Exit.USAGE, 2)


@pytest.mark.parametrize(
    "error",
    [
        ExchangeFailed(Failure.ORIGIN_REFUSED),
        NotWritten("x"),
        RelayBroken("x"),
        ReplayRefused("x"),
        UnknownDelivery("x"),
        *(DialFailed(code, "", final=False) for code in ("dns", "timeout", "refused", "tls", "proxy", "certificate")),
        *(DialFailed(code, "", final=False) for code in ("dns-down", "unreachable", "not-a-relay")),
    ],
)
def test_what_may_work_later_is_a_failure(error: TunnelError) -> None:
    """Nobody said no, and it did not work: 1."""
    assert (exit_code(error), int(Exit.FAILED)) == (Exit.FAILED, 1)


@pytest.mark.parametrize("code", ["bad-token", "name-taken", "name-not-granted", "name-invalid", "too-many", "version"])
def test_what_the_relay_refuses_is_refused(code: str) -> None:
    """The relay said no: 3."""
    assert (exit_code(LinkRefused(code, "", final=True)), int(Exit.REFUSED)) == (Exit.REFUSED, 3)


@pytest.mark.parametrize("code", ["superseded", "revoked"])
def test_what_was_taken_away_is_gone(code: str) -> None:
    """It served, and will not again: 4."""
    assert (exit_code(LinkRefused(code, "", final=True)), int(Exit.GONE)) == (Exit.GONE, 4)
