"""Which checks need a secret."""

import pytest

from client.cli.secrets_needed import require_secret
from client.config import VerifyConfig
from client.signatures.secret import SecretUnusable


@pytest.mark.parametrize(
    "verify",
    [
        VerifyConfig(scheme="stripe", secret=("env:S",)),
        VerifyConfig(scheme="auto"),
        VerifyConfig(scheme="paypal"),
        VerifyConfig(scheme="aws-sns"),
        VerifyConfig(scheme="asana", handshake=True),
        VerifyConfig(scheme="of-no-catalogue"),
    ],
)
def test_check_that_has_what_it_needs_passes(verify: VerifyConfig) -> None:
    """A fetched key, a handshake that tells the secret, or the secret itself."""
    require_secret(verify)


@pytest.mark.parametrize(
    ("scheme", "handshake"), [("stripe", False), ("stripe", True), ("slack", True), ("asana", False)]
)
def test_forgotten_secret_is_told(scheme: str, *, handshake: bool) -> None:
    """The option that was forgotten is named before anything is opened."""
    with pytest.raises(SecretUnusable, match=r"none was given.*--secret-env VAR"):
        require_secret(VerifyConfig(scheme=scheme, handshake=handshake))
