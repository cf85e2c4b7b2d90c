"""What can go wrong at the relay, as types.

TunnelError
├── shared.config.ConfigError   a setting that does not fit
└── RelayError                  the operator must act; the sentence says how
    ├── CannotStart             the relay cannot serve as it is set up
    │   ├── CannotListen        an address cannot be listened on
    │   └── CertificateUnusable no TLS with this certificate and key
    ├── TokenRefused            a token command that makes no sense: no such token, or a name that is taken
    └── NameRefused             an owner may not have this endpoint name; `code` says why
"""

from enum import StrEnum

from shared.errors import TunnelError


class RelayError(TunnelError):
    """Anything the relay raises for its operator or its clients to read."""


class CannotStart(RelayError):  # noqa: N818 - reads as the sentence it is
    """The relay cannot serve as it is set up."""


class CannotListen(CannotStart):
    """An address cannot be listened on."""

    def __init__(self, address: str, why: str, hint: str) -> None:
        super().__init__(f"cannot listen on {address}: {why}: {hint}")


class CertificateUnusable(CannotStart):
    """A certificate and key that cannot serve TLS; says which file, why, and what to do."""


class TokenRefused(RelayError):  # noqa: N818 - named as NameRefused is
    """A token command that cannot be done; says why and what to do."""


class Refusal(StrEnum):
    """Why an owner may not have a name."""

    INVALID = "name-invalid"
    NOT_GRANTED = "name-not-granted"
    TAKEN = "name-taken"
    TOO_MANY = "too-many"


class NameRefused(RelayError):  # noqa: N818 - the protocol's word for it is REFUSED
    """An owner may not have this endpoint name."""

    def __init__(self, code: Refusal, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        """For the user at the client: what happened, why, what to do."""
