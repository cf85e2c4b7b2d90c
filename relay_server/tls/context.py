"""An SSLContext as the public door needs it."""

import ssl
from pathlib import Path

CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""For TLS 1.2: forward secrecy and authenticated encryption; CBC is out (RFC 9325 section 4.2). TLS 1.3 has its own."""


def make_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """Make a fresh context with this certificate chain and key.

    Always fresh: a failed `load_cert_chain` leaves a context that refuses every handshake.

    Raises:
        OSError: a file cannot be read (`ssl.SSLError` is one: the files do not belong together).
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION | ssl.OP_SINGLE_ECDH_USE
    context.set_alpn_protocols(["http/1.1"])
    # A key with a passphrase would make OpenSSL ask for it on the terminal.
    context.load_cert_chain(certificate, key, password="")
    return context
