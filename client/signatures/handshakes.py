"""Answers what providers ask an endpoint before they deliver to it."""

import hmac
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal, Self

import msgspec

from client.signatures.algorithms import MACS
from client.signatures.keys import KeyUnusable, key_material
from client.signatures.reading import Reading
from client.signatures.scheme import KeyForm
from client.signatures.secret import Secret
from client.signatures.signers import encoded
from client.signatures.sources import Source
from client.signatures.subject import Subject
from client.signatures.templates import FieldAbsent, Template
from shared.http.heads import Fields

LARGEST_BYTES = 64 * 1024
"""A handshake's body has some hundred bytes."""


class Mac(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of the request, keyed with the secret, that the answer must hold."""

    of: str
    algorithm: Literal["hmac-sha1", "hmac-sha256"]
    encoding: Literal["hex", "base64"]
    key: KeyForm = "utf8"


class Handshake(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An entry of `handshakes.toml`."""

    provider: str
    source: str
    method: str = "POST"
    when: dict[str, str] = {}
    empty: str = ""
    status: int = 200
    headers: dict[str, str] = {}
    type: str = ""
    body: str = ""
    mac: Mac | None = None
    signed: bool = False
    """The request carries the provider's signature, and counts only with a valid one."""
    refuse: bool = False
    """The provider sends bad signatures on purpose and expects 401."""
    every: bool = False
    """This is the answer to every delivery, not to a question: the app gives it."""
    learns: str = ""
    deadline_seconds: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a handshake."""

    name: str
    status: int
    fields: Fields
    content: bytes
    signed: bool
    refuse: bool
    every: bool
    learned: Secret | None = None
    """The key of later deliveries, which the provider has just told."""
    note: str = ""


class Handshakes:
    """The known handshakes."""

    def __init__(self, entries: dict[str, Handshake]) -> None:
        self._entries = entries

    @classmethod
    def load(cls) -> Self:
        """Read the handshakes that come with Hookline."""
        text = files("client.signatures").joinpath("handshakes.toml").read_text(encoding="utf-8")
        return cls(msgspec.convert(tomllib.loads(text), dict[str, Handshake]))

    def __len__(self) -> int:
        return len(self._entries)

    def knows(self, provider: str) -> bool:
        """Tell whether this provider asks anything."""
        return any(entry.provider == provider for entry in self._entries.values())

    def tells_secret(self, provider: str) -> bool:
        """Tell whether this provider's question holds the secret that it signs with."""
        return any(entry.provider == provider and entry.learns for entry in self._entries.values())

    def reply(
        self,
        provider: str,
        subject: Subject,
        *,
        secrets: Sequence[Secret] = (),
        params: Mapping[str, str] | None = None,
    ) -> Reply | None:
        """Give the answer to a provider's question, or None: the request is none, or lacks what the answer needs.

        Args:
            provider: a scheme's id, or one of the providers that only ask.
            subject: the request.
            secrets: for answers that prove knowledge of the secret.
            params: settings, as Meta's `verify_token`.
        """
        if len(subject.content or b"") > LARGEST_BYTES:
            return None
        for name, entry in self._entries.items():
            if entry.provider == provider:
                reading = Reading(subject, params)
                if _asks(entry, reading) and _key_in(entry, reading, secrets):
                    return _reply(name, entry, reading)
        return None


def _asks(entry: Handshake, reading: Reading) -> bool:
    if reading.method.decode("latin-1") != entry.method:
        return False
    if entry.empty and not _is_empty(entry.empty, reading.content or b""):
        return False
    return all(_stands(Source(place), wanted, reading) for place, wanted in entry.when.items())


def _stands(source: Source, wanted: str, reading: Reading) -> bool:
    found = source.read(reading)
    if found is None or wanted == "*":
        return found is not None
    try:
        expected = Template(wanted).render(reading)
    except FieldAbsent:
        return False
    return bool(expected) and hmac.compare_digest(found, expected)


def _is_empty(name: str, content: bytes) -> bool:
    try:
        members = msgspec.json.decode(content, type=dict[str, msgspec.Raw])
        return bool(msgspec.json.decode(members[name]) == [])
    except (msgspec.MsgspecError, ValueError, KeyError, RecursionError):
        return False


def _key_in(entry: Handshake, reading: Reading, secrets: Sequence[Secret]) -> bool:
    """Make the keyed part of the answer; False: it cannot be made."""
    if entry.mac is None:
        return True
    data = Source(entry.mac.of).read(reading)
    for secret in secrets:
        if data is not None and secret.value.strip():
            try:
                key = key_material(secret.value, entry.mac.key)
            except KeyUnusable:
                continue
            digest = hmac.digest(key, data, MACS[entry.mac.algorithm])
            reading.bound["mac"] = encoded(digest, entry.mac.encoding)
            return True
    return False


def _reply(name: str, entry: Handshake, reading: Reading) -> Reply | None:
    try:
        content = Template(entry.body).render(reading) if entry.body else b""
        fields = tuple(_fields(entry, reading))
    except FieldAbsent:
        return None
    if any(b"\r" in value or b"\n" in value for _, value in fields):
        return None
    learned = Source(entry.learns).read(reading) if entry.learns else None
    return Reply(
        name,
        entry.status,
        fields,
        content,
        signed=entry.signed,
        refuse=entry.refuse,
        every=entry.every,
        learned=Secret(f"learned:{entry.provider}", learned) if learned else None,
        note=entry.note,
    )


def _fields(entry: Handshake, reading: Reading) -> Iterator[tuple[bytes, bytes]]:
    if entry.type:
        yield b"Content-Type", entry.type.encode()
    for name, text in entry.headers.items():
        yield name.encode(), Template(text).render(reading)
