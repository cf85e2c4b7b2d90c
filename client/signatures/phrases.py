"""Puts a finding into words: what is the case, how sure that is, what to do next.

No phrase is ever given a secret or a signature, so none can show one.
"""

from client.signatures.algorithms import SAID
from client.signatures.clock import seconds_said
from client.signatures.reading import Reading
from client.signatures.scheme import Scheme
from client.signatures.verdict import EVIDENCE, UNVERIFIABLE, Finding, Reason
from client.views import SignatureView

_SENTENCES: dict[Reason, tuple[str, str]] = {
    Reason.MISSING_SIGNATURE: (
        "not signed: {about} is missing",
        "find out who sent this: {name} signs every request that it sends",
    ),
    Reason.MISSING_FIELD: (
        "{about} is missing, and it is part of what {name} signs",
        "look whether a proxy before the relay removes it",
    ),
    Reason.DUPLICATE_HEADER: (
        "the field {about} came more than once, so nobody can say which one counts",
        "look for a proxy that adds or joins fields",
    ),
    Reason.SIGNATURE_MALFORMED: (
        "the signature is not of the form that {name} writes: there is no {about}",
        "check that the rule names the right scheme",
    ),
    Reason.SIGNATURE_UNDECODABLE: (
        "the signature is not {about}, as {name} writes it",
        "check that the rule names the right scheme, and that nothing shortens the field",
    ),
    Reason.SIGNATURE_PREFIX: (
        "the signature does not begin with {about} as {name} writes it",
        "check that the rule names the right scheme",
    ),
    Reason.SIGNATURE_MISMATCH: (
        "the signature does not fit these bytes under {secrets}: another secret signed them, or they were changed",
        "compare the secret with the one that {name} shows for this endpoint",
    ),
    Reason.SECRET_EMPTY: (
        "there is no secret to check with, or it is empty, so nothing can be valid",
        "give the rule a secret: env:NAME, file:PATH or keyring:NAME",
    ),
    Reason.SECRET_UNDECODABLE: (
        "the secret {secrets} is unusable: {about}",
        "copy it once more from {name}, whole and without quotes",
    ),
    Reason.KEY_ID_MISMATCH: (
        "it is signed with another key than the one that {about} names",
        "compare {about} with the account that sends these events",
    ),
    Reason.TIMESTAMP_TOO_OLD: (
        "the signature is right, but it was made {age} before it arrived: {name} allows {window}",
        "a replay of an old delivery: sign it afresh; a fresh one: compare the clocks",
    ),
    Reason.TIMESTAMP_IN_FUTURE: (
        "the signature is right, but its time is {age} after its arrival: {name} allows {window}",
        "compare the relay's clock with the sender's",
    ),
    Reason.TIMESTAMP_MALFORMED: (
        "{about} is not a time as {name} writes it",
        "look whether something between changes the field",
    ),
    Reason.TIMESTAMP_UNIT: (
        "the signature is right, but its time is in another unit than {name} writes: seconds or milliseconds",
        "correct the unit where these requests are signed",
    ),
    Reason.BODY_HASH_MISMATCH: (
        "the key is right and the body was changed: its hash is not the one in {about}",
        "look for what rewrites the body on the way",
    ),
    Reason.URL_MISMATCH: (
        "the token is right, but it is for another URL: {about} does not fit the public URL {url}",
        "compare the URL that is registered at {name} with the public one",
    ),
    Reason.CLAIM_MISSING: (
        "the token is right, but it has no claim {about}, which must bind this request",
        "look whether the body was added on the way",
    ),
    Reason.CLAIM_MISMATCH: (
        "the token is right, but its claim {about} is not what {name} writes",
        "check that the rule names the right scheme",
    ),
    Reason.VERSION_MISMATCH: (
        "{about} asks for another version of signatures than the rule checks",
        "choose the scheme of that version: `hookline schemes` lists them",
    ),
    Reason.ALGORITHM_UNSUPPORTED: (
        "it asks for the algorithm {about}, which {name} does not use: that is refused whatever the signature says",
        "find out who sent this",
    ),
    Reason.CERTIFICATE: (
        "not checked: {about}",
        "nothing speaks against the sender; check again when this machine is online",
    ),
    Reason.CONTENT_INCOMPLETE: (
        "not checked: the body was not captured whole, and the signature covers all of it",
        "raise the capture limit for this tunnel",
    ),
    Reason.CONFIG_PARAM: (
        "not checked: {name} needs the setting {about} beside the secret",
        'add it to the rule: params = {{ {about} = "…" }}',
    ),
}


def view(scheme: Scheme, finding: Finding, reading: Reading, secrets: tuple[str, ...]) -> SignatureView:
    """Make the view of a finding.

    Args:
        scheme: what was checked.
        finding: its outcome.
        reading: the request, whose bound fields are named in what was checked.
        secrets: the names of the secrets that were tried.
    """
    if finding.reason is None:
        return SignatureView(
            state="valid",
            scheme=scheme.id,
            sentence=_valid(scheme, finding),
            checked=_checked(scheme, finding, reading, (finding.secret,)),
        )
    sentence, next_step = _SENTENCES[finding.reason]
    words = {
        "about": finding.about or "the signature",
        "name": scheme.name,
        "secrets": " or ".join(secrets) or "no secret",
        "age": seconds_said(abs(finding.age_seconds or 0.0)),
        "window": seconds_said(scheme.tolerance_seconds or scheme.leeway_seconds),
        "url": reading.url.partition("?")[0],
    }
    aged = finding.reason in _AGED
    return SignatureView(
        state="unverifiable" if finding.reason in UNVERIFIABLE else "invalid",
        scheme=scheme.id,
        reason=finding.reason.value,
        sentence=sentence.format_map(words),
        next_step=next_step.format_map(words),
        proven=finding.reason not in EVIDENCE,
        checked=_checked(scheme, finding, reading, secrets),
        age_seconds=finding.age_seconds if aged else None,
    )


_AGED = frozenset({Reason.TIMESTAMP_TOO_OLD, Reason.TIMESTAMP_IN_FUTURE, Reason.TIMESTAMP_UNIT})


def _valid(scheme: Scheme, finding: Finding) -> str:
    said = f"signed by {scheme.name} with {finding.secret}"
    if scheme.binds == "nothing":
        return said + "; the body itself is not protected by this scheme"
    if scheme.binds == "part":
        return said + "; only a few fields of the body are protected by this scheme"
    return said


def _checked(
    scheme: Scheme, finding: Finding, reading: Reading, secrets: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    """List what took part in the check, in the order to be shown."""
    rows = [("scheme", scheme.name), ("signature in", scheme.signature.sources[0])]
    if scheme.algorithm:
        rows.append(("algorithm", SAID.get(scheme.algorithm, scheme.algorithm)))
    signed = finding.template or (scheme.signed[0] if scheme.signed else "")
    if signed:
        rows.append(("signed", signed if len(signed) <= _LONGEST_TEMPLATE else signed[:_LONGEST_TEMPLATE] + "…"))
    if scheme.claims:
        rows.append(("claims", ", ".join(f"{name} = {text.rstrip('?')}" for name, text in scheme.claims.items())))
    if scheme.body_hash is not None:
        rows.append(("body hash", f"{scheme.body_hash.query} = {scheme.body_hash.value}"))
    if reading.content is not None:
        rows.append(("body", f"{len(reading.content)} bytes"))
    if scheme.signs_url:
        rows.append(("url", reading.url))
    rows.append(("secret", ", ".join(secrets)))
    if finding.age_seconds is not None:
        limit = scheme.tolerance_seconds
        allowed = f"of {seconds_said(limit)} allowed" if limit is not None else "with no stated limit"
        early = "after" if finding.age_seconds >= 0 else "before"
        rows.append(("time", f"received {seconds_said(abs(finding.age_seconds))} {early} signing, {allowed}"))
    return tuple(rows)


_LONGEST_TEMPLATE = 120
