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
        "the secret {secrets} is empty: nothing can be valid",
        "put the secret there that {name} shows for this endpoint",
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


_NONE_GIVEN = (
    "not checked: {name} signs with a secret, and none was given",
    (
        "say where it is: --secret-env VARIABLE, --secret-file FILE or --secret-keyring NAME "
        '(in hookline.toml: secret = "env:VARIABLE")'
    ),
)

_AGED = frozenset({Reason.TIMESTAMP_TOO_OLD, Reason.TIMESTAMP_IN_FUTURE, Reason.TIMESTAMP_UNIT})

_LONGEST_TEMPLATE = 120


class Phrases:
    """The words for one scheme and the secrets of one rule: what no request changes is said once."""

    __slots__ = ("_before", "_between", "_mismatch", "_scheme", "_secrets", "_signed", "_signs_url", "_valid")

    def __init__(self, scheme: Scheme, secrets: tuple[str, ...]) -> None:
        """Prepare the words.

        Args:
            scheme: what is checked.
            secrets: the names of the secrets that are tried.
        """
        self._scheme = scheme
        self._secrets = secrets
        self._signs_url = scheme.signs_url
        self._before = _place(scheme)
        self._signed = scheme.signed[0] if scheme.signed else ""
        self._between = _claims(scheme)
        self._valid: dict[str, str] = {}
        self._mismatch: tuple[str, str] | None = None

    def view(self, finding: Finding, reading: Reading) -> SignatureView:
        """Make the view of a finding.

        Args:
            finding: the outcome of a check.
            reading: the request, whose body and URL are named in what was checked.
        """
        reason = finding.reason
        if reason is None:
            return SignatureView(
                state="valid",
                scheme=self._scheme.id,
                sentence=self._said_valid(finding.secret),
                checked=self._checked(finding, reading, finding.secret),
            )
        sentence, next_step = self._said(reason, finding, reading)
        return SignatureView(
            state="unverifiable" if reason in UNVERIFIABLE or self._none_given(reason) else "invalid",
            scheme=self._scheme.id,
            reason=reason.value,
            sentence=sentence,
            next_step=next_step,
            proven=reason not in EVIDENCE,
            checked=self._checked(finding, reading, ", ".join(self._secrets)),
            age_seconds=finding.age_seconds if reason in _AGED else None,
        )

    def _none_given(self, reason: Reason) -> bool:
        """True where nothing speaks against the sender: there is no secret at all, not an empty one."""
        return reason is Reason.SECRET_EMPTY and not self._secrets

    def _said_valid(self, secret: str) -> str:
        said = self._valid.get(secret)
        if said is None:
            said = self._valid[secret] = _valid(self._scheme, secret)
        return said

    def _said(self, reason: Reason, finding: Finding, reading: Reading) -> tuple[str, str]:
        """Give sentence and next step; those of the most frequent reason depend on nothing in the request."""
        if reason is not Reason.SIGNATURE_MISMATCH:
            return self._worded(reason, finding, reading)
        if self._mismatch is None:
            self._mismatch = self._worded(reason, finding, reading)
        return self._mismatch

    def _worded(self, reason: Reason, finding: Finding, reading: Reading) -> tuple[str, str]:
        scheme = self._scheme
        sentence, next_step = _NONE_GIVEN if self._none_given(reason) else _SENTENCES[reason]
        words = {
            "about": finding.about or "the signature",
            "name": scheme.name,
            "secrets": " or ".join(self._secrets) or "no secret",
            "age": seconds_said(abs(finding.age_seconds or 0.0)),
            "window": seconds_said(scheme.tolerance_seconds or scheme.leeway_seconds),
            "url": reading.url.partition("?")[0],
        }
        return sentence.format_map(words), next_step.format_map(words)

    def _checked(self, finding: Finding, reading: Reading, secrets: str) -> tuple[tuple[str, str], ...]:
        """List what took part in the check, in the order to be shown."""
        signed = finding.template or self._signed
        rows = [*self._before]
        if signed:
            rows.append(("signed", signed if len(signed) <= _LONGEST_TEMPLATE else signed[:_LONGEST_TEMPLATE] + "…"))
        rows += self._between
        if reading.content is not None:
            rows.append(("body", f"{len(reading.content)} bytes"))
        if self._signs_url:
            rows.append(("url", reading.url))
        if secrets:
            rows.append(("secret", secrets))
        if finding.age_seconds is not None:
            rows.append(("time", _time(finding.age_seconds, self._scheme.tolerance_seconds)))
        return tuple(rows)


def _valid(scheme: Scheme, secret: str) -> str:
    said = f"signed by {scheme.name} with {secret}"
    if scheme.binds == "nothing":
        return said + "; the body itself is not protected by this scheme"
    if scheme.binds == "part":
        return said + "; only a few fields of the body are protected by this scheme"
    return said


def _place(scheme: Scheme) -> tuple[tuple[str, str], ...]:
    rows = [("scheme", scheme.name), ("signature in", scheme.signature.sources[0])]
    if scheme.algorithm:
        rows.append(("algorithm", SAID.get(scheme.algorithm, scheme.algorithm)))
    return tuple(rows)


def _claims(scheme: Scheme) -> tuple[tuple[str, str], ...]:
    rows = []
    if scheme.claims:
        rows.append(("claims", ", ".join(f"{name} = {text.rstrip('?')}" for name, text in scheme.claims.items())))
    if scheme.body_hash is not None:
        rows.append(("body hash", f"{scheme.body_hash.query} = {scheme.body_hash.value}"))
    return tuple(rows)


def _time(age_seconds: float, limit: float | None) -> str:
    allowed = f"of {seconds_said(limit)} allowed" if limit is not None else "with no stated limit"
    early = "after" if age_seconds >= 0 else "before"
    return f"received {seconds_said(abs(age_seconds))} {early} signing, {allowed}"
