"""Tells a check that was asked for without the secret that it needs."""

from client import places
from client.config import VerifyConfig
from client.signatures.catalogue import Catalogue
from client.signatures.handshakes import Handshakes
from client.signatures.rule import AUTO
from client.signatures.secret import SecretUnusable


def require_secret(verify: VerifyConfig, catalogue: Catalogue | None = None) -> None:
    """See that a check has a secret where its scheme needs one.

    A provider whose key is fetched needs none, nor does one whose handshake tells it, nor one that only asks.

    Args:
        verify: what is to be checked.
        catalogue: the schemes; None: they are read where that is needed.

    Raises:
        SecretUnusable: it has none.
    """
    if verify.secret or verify.scheme == AUTO:
        return
    scheme = (catalogue or Catalogue.load(places.own_schemes_file())).find(verify.scheme)
    if scheme is None or scheme.key_from or (verify.handshake and Handshakes.load().tells_secret(verify.scheme)):
        return
    raise SecretUnusable(
        f"{scheme.name} signs with a secret, and none was given: name the variable that holds it with --secret-env VAR "
        '(in hookline.toml: secret = "env:VAR")'
    )
