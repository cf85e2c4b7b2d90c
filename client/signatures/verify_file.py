"""Verifies one request that is given as a file: the verdict with its cause, in the shape that scripts read."""

from collections.abc import Mapping, Sequence

import msgspec
from msgspec.structs import replace

from client.signatures.catalogue import Catalogue
from client.signatures.engine import Signatures
from client.signatures.explaining import Explainer
from client.signatures.material import KeyFiles
from client.signatures.rule import Rule
from client.signatures.secret import Secret
from client.signatures.subject import Subject
from client.views import SignatureView


class Verification(msgspec.Struct, frozen=True):
    """What was found, as `hookline verify --json` prints it."""

    verdict: str
    """`valid`, `invalid` or `unverifiable`."""
    scheme: str
    reason: str
    """A reason code, the most precise one that is known; empty when valid."""
    sentence: str
    proven: bool
    checked: dict[str, str]
    ruled_out: tuple[str, ...]
    next_step: str
    finding: str
    """The reason code of the strict check, before any search for the cause."""
    event_type: str
    event_id: str

    @property
    def is_valid(self) -> bool:
        """True when the signature holds."""
        return self.verdict == "valid"


def verify_subject(
    subject: Subject,
    *,
    catalogue: Catalogue,
    scheme: str,
    secrets: Sequence[Secret],
    known: Sequence[Secret] = (),
    urls: Sequence[str] = (),
    params: dict[str, str] | None = None,
    known_params: Sequence[Mapping[str, str]] = (),
    key_files: KeyFiles | None = None,
) -> Verification:
    """Check a request, and find the cause where the signature does not hold. May take 0.1 s.

    Args:
        subject: the request; without a time of receipt the time window is not judged, and the answer says so.
        catalogue: the schemes.
        scheme: a scheme's id, or `auto`.
        secrets: what may have signed it.
        known: other secrets of the user's, to be named where one of them fits.
        urls: other URLs of the endpoint.
        params: settings that the scheme needs beside the secret.
        known_params: settings of other endpoints of the user's.
        key_files: providers' public keys that were fetched; None: none are.

    Raises:
        UnknownScheme: there is no such scheme.
    """
    rule = Rule(scheme, tuple(secrets), params=params or {})
    signatures = Signatures(catalogue=catalogue, rules=[rule], key_files=key_files)
    judgement = signatures.judge(subject)
    found = judgement.signature
    others = [Rule(found.scheme, tuple(known)), *(Rule(found.scheme, params=one) for one in known_params)]
    view = Explainer(signatures, known=others, urls=lambda: urls).explain_now(subject, found)
    checked = dict(view.checked)
    if subject.received_at is None and _has_window(catalogue, view.scheme):
        checked["time window"] = "not judged: the time of receipt is not known; give it with --at"
    return _verification(view, checked, found.reason, judgement.event_type, judgement.event_id)


def stored_verification(view: SignatureView, *, event_type: str, event_id: str) -> Verification:
    """Give what was found when a delivery came in the same shape; where nothing was checked that is said.

    Args:
        view: the verdict that is stored.
        event_type: the event's.
        event_id: the event's.
    """
    if view.state == "unconfigured":
        said = f"not checked when it came: {view.sentence or 'no check was configured'}"
        next_step = "check it now with --secret-env VARIABLE, and --scheme NAME where it is not recognised"
        view = replace(view, state="unverifiable", reason="unconfigured", sentence=said, next_step=next_step)
    return _verification(view, dict(view.checked), view.reason, event_type, event_id)


def _verification(
    view: SignatureView, checked: dict[str, str], finding: str, event_type: str, event_id: str
) -> Verification:
    return Verification(
        verdict=view.state,
        scheme=view.scheme,
        reason=view.reason,
        sentence=view.sentence,
        proven=view.proven,
        checked=checked,
        ruled_out=view.ruled_out,
        next_step=view.next_step,
        finding=finding,
        event_type=event_type,
        event_id=event_id,
    )


def _has_window(catalogue: Catalogue, name: str) -> bool:
    scheme = catalogue.find(name)
    return scheme is not None and (scheme.tolerance_seconds is not None or scheme.time_claims)
