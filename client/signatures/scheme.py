"""A provider's signature scheme as data: the grammar of `catalogue.toml` and of a user's own `schemes.toml`."""

from typing import Literal

import msgspec

Kind = Literal["mac", "digest", "sign", "jwt", "token"]
"""`mac`: HMAC; `digest`: a plain hash over text that holds the secret; `sign`: a public-key signature; `jwt`: a JSON
web token that may bind the body; `token`: the secret itself, compared."""

Algorithm = Literal[
    "",
    "hmac-sha1",
    "hmac-sha256",
    "hmac-sha512",
    "sha1",
    "sha256",
    "ed25519",
    "ecdsa-p256-sha256-der",
    "rsa-pkcs1-sha256",
    "rsa-pkcs1-sha1",
    "HS256",
    "HS384",
    "HS512",
    "ES256",
]

KeyForm = Literal["utf8", "hex", "base64", "whsec", "whpk", "sha1", "spki-base64", "pem", "x509-pem", "jwk"]
"""How the key is written: as text, encoded, with Standard Webhooks' prefix, hashed first, or as a public key."""

Encoding = Literal["hex", "base64", "base64url", "text"]


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where the signature stands and how it is written."""

    sources: tuple[str, ...] = msgspec.field(name="from")
    """The first that is present counts, or with `any_of` each of them."""
    format: Literal["plain", "kv", "list", "pairs"] = "plain"
    """`kv`: `t=1,v1=…`; `list`: `v1,… v1,…`; `pairs`: `key|…&key|…`."""
    prefix: str = ""
    """What stands before a signature, as `sha256=`."""
    separator: str = ","
    keys: tuple[str, ...] = ()
    """With `kv`: the keys whose values are signatures."""
    pair: str = "|"
    select: str = ""
    """With `pairs`: the source of the key id whose signature counts."""
    encoding: Encoding = "hex"
    any_of: bool = False
    emit: str = ""
    """How the whole text is written, where that does not follow from the rest."""


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Another field that takes part in what is signed."""

    sources: tuple[str, ...] = msgspec.field(name="from")
    unit: Literal["text", "s", "ms", "iso8601"] = "text"
    """Other than `text`: it is the timestamp."""


class BodyHash(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A hash of the body that travels in the signed URL."""

    query: str
    value: str


class Event(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where the event's type and id stand, as sources; empty: nowhere."""

    type: str = ""
    id: str = ""


class DeliveryRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How the provider delivers: what it waits for, and what it does when that does not come."""

    timeout_seconds: float | None = None
    """How long it waits for an answer; None: not published."""
    success: tuple[int, ...] = ()
    """The only statuses it counts as success; empty: any 2xx."""
    retries_seconds: tuple[float, ...] | None = None
    """The pause before each retry; empty: it never retries; None: no fixed schedule is published."""
    retries: str = ""
    """Its retries in words, where no fixed schedule is published."""
    final: tuple[int, ...] = ()
    """Statuses after which it never retries."""
    evidence: Literal["provider", "third-party", "remembered"] = "provider"
    """`provider`: read in its documentation or source; `remembered`: not checked again."""


class Scheme(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One entry of the catalogue."""

    id: str = ""
    """The entry's own name, put in by the loader."""
    name: str
    """The provider as people call it."""
    source: str
    """The page or repository in which the scheme was read."""
    kind: Kind
    algorithm: Algorithm = ""
    algorithm_from: dict[str, dict[str, Algorithm]] = {}
    """A source, and the algorithm that each of its values means."""
    algorithms: tuple[Algorithm, ...] = ()
    """For `jwt`: what the token may name beside `algorithm`."""
    signature: Place
    fields: dict[str, Field] = {}
    signed: tuple[str, ...] = ()
    """Templates of what is signed: the documented one first, then what the provider's own library tries too."""
    key: KeyForm = "utf8"
    key_from: str = ""
    """The source of the address from which the key is fetched, or `api` for one that the provider's interface gives."""
    key_hosts: tuple[str, ...] = ()
    """The only hosts a key is fetched from; a leading `*` stands for exactly one label or part of it."""
    key_url: str = ""
    """A regular expression that the whole address must match too, where others may have names under those hosts."""
    params: tuple[str, ...] = ()
    """Settings that it needs beside the secret."""
    tolerance_seconds: float | None = None
    """How far the timestamp may be from the time of receipt; None: no window is stated."""
    require: dict[str, str] = {}
    """Sources and the one value each must have, as version fields."""
    claims: dict[str, str] = {}
    """For `jwt`: claims and the template each must equal; with `?` at the end only when there is a body."""
    time_claims: bool = False
    """For `jwt`: `nbf` and `exp` are judged."""
    leeway_seconds: float = 0.0
    body_hash: BodyHash | None = None
    missing: str | None = None
    """What an absent part of the signed text counts as; None: its absence is a failure."""
    binds: Literal["body", "part", "nothing"] = "body"
    """How much of the body the signature protects."""
    hook: Literal["", "sns", "contentful", "hook0"] = ""
    """The code that makes up what the templates cannot say."""
    event: Event = Event()
    delivery: DeliveryRules | None = None
    note: str = ""
    """What a person should know who sets it up."""

    @property
    def signs_url(self) -> bool:
        """True when the signature depends on the URL."""
        return any("{url" in text or "{path" in text for text in (*self.signed, *self.claims.values()))
