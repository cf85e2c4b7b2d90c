"""What people do to a secret on its way from the provider's page into a variable."""

import base64
import binascii
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote_from_bytes, unquote_to_bytes

from client.signatures.scheme import KeyForm
from client.signatures.verdict import Reason

_QUOTES = (b'""', b"''", b"``", b"<>")
_PREFIXES = (b"whsec_", b"whpk_", b"whsk_", b"base64:", b"sha256=", b"Bearer ")


class SecretVariant(NamedTuple):
    """A secret as it may have been meant."""

    reason: Reason
    value: bytes
    form: KeyForm
    said: str
    """The change, in words that do not tell the secret."""


def secret_variants(value: bytes, form: KeyForm) -> Iterator[SecretVariant]:
    """Yield what the secret may have been, the commonest mistakes first.

    Args:
        value: as the user gave it.
        form: how the scheme writes its keys.
    """
    trimmed = value.strip()
    if trimmed != value:
        yield SecretVariant(Reason.SECRET_WHITESPACE, trimmed, form, "without the white space around it")
        yield from _written_otherwise(trimmed, form, Reason.SECRET_WHITESPACE)
    bare = _unquoted(trimmed)
    if bare is not None:
        yield SecretVariant(Reason.SECRET_QUOTED, bare, form, "without the quotes around it")
        yield from _written_otherwise(bare, form, Reason.SECRET_QUOTED)
    for prefix in _PREFIXES:
        if trimmed.startswith(prefix):
            said = f"without {prefix.decode().strip()} before it"
            yield SecretVariant(Reason.SECRET_PREFIX_EXTRA, trimmed[len(prefix) :], form, said)
    if not trimmed.startswith(b"whsec_"):
        yield SecretVariant(Reason.SECRET_PREFIX_MISSING, b"whsec_" + trimmed, form, "with whsec_ before it")
    yield from _other_forms(trimmed, form)
    for padding in (b"=", b"=="):
        yield SecretVariant(Reason.SECRET_TRUNCATED_PADDING, trimmed + padding, form, "with = at its end")
    for changed in (trimmed.lower(), trimmed.upper()):
        if changed != trimmed:
            yield SecretVariant(Reason.SECRET_CASE, changed, form, "in the other case")
    for changed in (unquote_to_bytes(trimmed), quote_from_bytes(trimmed, safe="").encode()):
        if changed != trimmed:
            yield SecretVariant(Reason.SECRET_URL_ENCODED, changed, form, "with its percent-encoding undone or redone")


def _unquoted(value: bytes) -> bytes | None:
    for quotes in _QUOTES:
        if len(value) > len(quotes) and value[:1] == quotes[:1] and value[-1:] == quotes[1:]:
            return value[1:-1]
    return None


def _written_otherwise(value: bytes, form: KeyForm, reason: Reason) -> Iterator[SecretVariant]:
    """Yield the forms in which a secret that is quoted or padded may have been meant, too."""
    inner = _unquoted(value) or value.strip()
    if inner != value:
        yield SecretVariant(reason, inner, form, "without quotes and white space around it")


def _other_forms(value: bytes, form: KeyForm) -> Iterator[SecretVariant]:
    if form == "utf8":
        for other in ("base64", "hex"):
            if _decodes(value.removeprefix(b"whsec_"), other):
                said = f"decoded from {other} before use"
                bare = value.removeprefix(b"whsec_")
                yield SecretVariant(
                    Reason.SECRET_SHOULD_BE_DECODED, bare, "base64" if other == "base64" else "hex", said
                )
        return
    yield SecretVariant(Reason.SECRET_SHOULD_BE_TEXT, value, "utf8", "as text, not decoded")
    if form in {"whsec", "whpk"} and value.startswith(b"wh"):
        yield SecretVariant(Reason.SECRET_SHOULD_BE_TEXT, value.partition(b"_")[2], "utf8", "as text, not decoded")
    for other_form in ("hex", "base64"):
        if form != other_form and _decodes(value, other_form):
            known: KeyForm = "hex" if other_form == "hex" else "base64"
            yield SecretVariant(Reason.SECRET_SHOULD_BE_DECODED, value, known, f"decoded from {other_form} before use")


def _decodes(value: bytes, form: str) -> bool:
    try:
        return bool(binascii.unhexlify(value) if form == "hex" else base64.b64decode(value, validate=True))
    except (binascii.Error, ValueError):
        return False
