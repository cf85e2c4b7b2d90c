"""Damages to valid requests, each with the reasons that describe it."""

import base64
import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from msgspec.structs import replace

from client.signatures.check import Check
from client.signatures.engine import Rule, Signatures
from client.signatures.explaining import Explainer
from client.signatures.layouts import layouts
from client.signatures.reading import Reading
from client.signatures.scheme import Scheme
from client.signatures.secret import Secret
from client.signatures.subject import Subject
from client.signatures.variants_body import parsed
from client.views import SignatureView
from shared.http.heads import Fields
from tests.client.signatures.vectors import CATALOGUE, Vector, own, published

UNEXPLAINED = {"unexplained", "body_hash_mismatch", "url_mismatch"}
SERIALISED = {"body_reserialised", "body_key_order", "body_hash_mismatch", "body_unicode_escapes_decoded"}
TUNNEL = "https://tunnel.example.net"


@dataclass(frozen=True)
class Mutant:
    """A damaged request with the reasons that are right for it."""

    damage: str
    vector: Vector
    subject: Subject
    secrets: tuple[Secret, ...]
    vault: tuple[Secret, ...]
    urls: tuple[str, ...]
    expected: frozenset[str]


Damage = Callable[[Vector, Scheme], Iterator[Mutant]]


def make(vector: Vector, damage: str, expected: set[str], **changes: object) -> Mutant:
    """Make a mutant of a vector; what is not given stays."""
    values: dict[str, object] = {
        "subject": vector.subject,
        "secrets": (vector.secret,),
        "vault": (),
        "urls": (),
    }
    values.update(changes)
    return Mutant(damage, vector, expected=frozenset(expected), **values)  # type: ignore[arg-type]


def content_damages(vector: Vector, scheme: Scheme) -> Iterator[Mutant]:
    """Damage the body of a request whose signature protects it."""
    content = vector.subject.content
    if not content or scheme.binds != "body" or scheme.kind == "token":
        return
    if not (scheme.kind == "jwt" and scheme.claims) and not any("body" in text for text in scheme.signed):
        return

    def body(damage: str, changed: bytes, expected: set[str], fields: Fields = ()) -> Mutant:
        subject = replace(vector.subject, content=changed, fields=vector.subject.fields + fields)
        return make(vector, damage, expected | {"body_hash_mismatch"}, subject=subject)

    yield body("BOM added", b"\xef\xbb\xbf" + content, {"body_bom_added"})
    length = ((b"Content-Length", str(len(content)).encode()),)
    cut = content[: len(content) // 2]
    yield body("cut in half, Content-Length kept", cut, {"body_length_differs", "body_empty"}, length)
    yield body("gzip left on", gzip.compress(content, mtime=0), {"body_still_compressed"})
    newline = {"body_trailing_newline", "body_whitespace", "body_newlines_converted", "body_reserialised"}
    yield body("newline appended", content + b"\n", newline)
    flipped = bytes([content[0] ^ 1]) + content[1:]
    yield body("one bit flipped", flipped, UNEXPLAINED)
    mojibake = content.decode("latin-1").encode()
    if mojibake != content:
        yield body("mojibake", mojibake, {"body_charset_changed", *SERIALISED})
    yield from serialised(vector, content, body)


def serialised(vector: Vector, content: bytes, body: Callable[[str, bytes, set[str]], Mutant]) -> Iterator[Mutant]:
    """Write a JSON body again as frameworks do."""
    document = parsed(content)
    if not isinstance(document, dict | list):
        return
    recoverable = any(content in {layout.text, layout.text + b"\n"} for layout in layouts(document))
    expected = SERIALISED | {"body_trailing_newline", "body_whitespace"} | (set() if recoverable else {"unexplained"})
    kind = "recoverable" if recoverable else "free-form"
    written = {
        "compact": json.dumps(document, separators=(",", ":"), ensure_ascii=False),
        "indent 2": json.dumps(document, indent=2, ensure_ascii=False),
        "python default": json.dumps(document),
    }
    for name, text in written.items():
        changed = text.encode("utf-8", "surrogatepass")
        if changed != content:
            yield body(f"re-serialised: {name} ({kind})", changed, expected)


def clock_damages(vector: Vector, scheme: Scheme) -> Iterator[Mutant]:
    """Move the time of receipt by an hour."""
    now = vector.subject.received_at
    limit = scheme.tolerance_seconds if scheme.fields else None
    if now is None or limit is None or limit >= 3600:
        return
    for damage, hours, reason in (("+1h", 1, "timestamp_too_old"), ("-1h", -1, "timestamp_in_future")):
        moved = replace(vector.subject, received_at=now + hours * 3600)
        yield make(vector, f"clock {damage}", {reason, "clock_skew"}, subject=moved)


def url_damages(vector: Vector, scheme: Scheme) -> Iterator[Mutant]:
    """Let the request come by another URL than the one that was signed."""
    if not scheme.signs_url:
        return
    url = vector.subject.url
    parts = urlsplit(url)
    tunnel = TUNNEL + parts.path + (f"?{parts.query}" if parts.query else "")
    base = f"{parts.scheme}://{parts.netloc}"

    def came(damage: str, changed: str, expected: set[str], urls: tuple[str, ...] = ()) -> Mutant:
        return make(vector, damage, expected, subject=replace(vector.subject, url=changed), urls=urls)

    if "path" not in scheme.signed[0][:15] if scheme.signed else True:
        yield came("host is the tunnel's, public URL known", tunnel, {"url_host"}, (base,))
        yield came("host unknown", tunnel, UNEXPLAINED)
        other = "http" if parts.scheme == "https" else "https"
        yield came("http/https swapped", other + url[len(parts.scheme) :], {"url_scheme"})
        slash = parts._replace(path=parts.path + "/").geturl()
        yield came("trailing slash added", slash, {"url_trailing_slash"})


def secret_damages(vector: Vector, scheme: Scheme) -> Iterator[Mutant]:
    """Give the user another secret, or the right one as it is copied wrongly."""
    if scheme.kind == "sign" or scheme.key in {"jwk", "pem", "x509-pem"}:
        return

    def given(damage: str, value: bytes, expected: set[str]) -> Mutant:
        return make(vector, damage, expected, secrets=(Secret("env:GIVEN", value),))

    key = vector.key
    yield given("secret+newline", key + b"\n", {"secret_whitespace"})
    yield given("secret quoted", b'"' + key + b'"', {"secret_quoted"})
    if key.startswith(b"whsec_"):
        if scheme.key != "whsec":
            yield given("secret loses whsec_", key[6:], {"secret_prefix_missing"})
    elif scheme.key != "whsec":
        yield given("secret gets whsec_", b"whsec_" + key, {"secret_prefix_extra"})
    wrong = base64.b64encode(b"quite another secret 32 bytes...") if scheme.key != "hex" else b"ab" * 32
    yield given("wrong secret", wrong, UNEXPLAINED)
    vault = (Secret("env:OTHER_ENDPOINT", key),)
    given_wrong = (Secret("env:GIVEN", wrong),)
    yield make(vector, "other endpoint's secret in the vault", {"other_known_secret"}, secrets=given_wrong, vault=vault)


def signature_damages(vector: Vector, scheme: Scheme) -> Iterator[Mutant]:
    """Take the signature away, or write it in another encoding."""
    check = Check(scheme)
    names = {source.field for source in check.text.sources if source.kind == "header"}
    if not names:
        return
    left = tuple(field for field in vector.subject.fields if field[0].lower() not in names)
    yield make(vector, "signature header removed", {"missing_signature"}, subject=replace(vector.subject, fields=left))
    if scheme.kind not in {"mac", "digest"} or scheme.signature.any_of:
        return
    reading = Reading(vector.subject, vector.params)
    texts, _ = check.text.find(reading)
    for signature in check.text.signatures(texts[0], reading)[0]:
        hexed, based = signature.hex().encode(), base64.b64encode(signature)
        old, new = (hexed, based) if scheme.signature.encoding == "hex" else (based, hexed)
        fields = tuple((name, value.replace(old, new)) for name, value in vector.subject.fields)
        if fields != vector.subject.fields:
            subject = replace(vector.subject, fields=fields)
            yield make(vector, "signature hex<->base64", {"signature_encoding"}, subject=subject)
            return


DAMAGES: tuple[Damage, ...] = (content_damages, clock_damages, url_damages, secret_damages, signature_damages)


def mutants(vectors: list[Vector] | None = None) -> Iterator[Mutant]:
    """Yield every damage of every valid vector that damage can be done to."""
    for vector in vectors if vectors is not None else [*own(), *published()]:
        if vector.expect == "valid":
            for damage in DAMAGES:
                yield from damage(vector, CATALOGUE.get(vector.scheme))


def diagnose(mutant: Mutant) -> SignatureView:
    """Judge a mutant, and explain the failure."""
    rules = [Rule(mutant.vector.scheme, mutant.secrets, params=mutant.vector.params)]
    rules += [Rule(mutant.vector.scheme, (secret,), path="/elsewhere/entirely") for secret in mutant.vault]
    signatures = Signatures(catalogue=CATALOGUE, rules=rules)
    view = signatures.judge(mutant.subject).signature
    return Explainer(signatures, urls=lambda: mutant.urls).explain_now(mutant.subject, view)
