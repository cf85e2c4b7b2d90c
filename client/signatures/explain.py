"""Looks for the cause of a failed check: it can only ever explain, and has no way to turn a failure into a success.

Order: signature text, secret, URL and method, body, algorithm, other scheme, order of what is signed, then a
changed secret and a changed body together. The first cause under which the signature holds is proven and ends the
search.
"""

from client.signatures.explain_key import pair_cause, secret_cause, setting_cause
from client.signatures.explanation import Explanation, Step, Suspects, bodies
from client.signatures.scheme import Scheme
from client.signatures.search import MOST_PUBLIC_CHECKS, Budget, BudgetSpent, Change, Search
from client.signatures.variants_body import LARGEST_BYTES, BodyVariant
from client.signatures.variants_url import UrlVariant, url_variants
from client.signatures.verdict import Reason
from shared.http.fields import content_length, first

_ALGORITHMS = ("hmac-sha1", "hmac-sha256", "hmac-sha512")

_ORDERS = (
    "{body}",
    "{ts}.{body}",
    "{ts}{body}",
    "{body}{ts}",
    "{ts}:{body}",
    "{body}.{ts}",
    "v0:{ts}:{body}",
    "{id}.{ts}.{body}",
    "{id}{ts}{body}",
    "{url}{body}",
    "{body}{url}",
    "{method}{url}{body}",
    "{method}{url}{body}{ts}",
)


def explain(search: Search, suspects: Suspects) -> Explanation:
    """Find the cause of a mismatch.

    Args:
        search: the request and the scheme that failed.
        suspects: what may be tried.
    """
    ruled_out: list[str] = []
    for said, step in _STEPS:
        try:
            found = step(search, suspects)
        except BudgetSpent:
            ruled_out.append("(the search was ended: it had cost as much as it may)")
            break
        if found is not None:
            return found._replace(ruled_out=tuple(ruled_out))
        if said:
            ruled_out.append(said)
    declared = _declared(search)
    if declared is not None:
        return _length(search.subject.content or b"", declared)._replace(ruled_out=tuple(ruled_out))
    return Explanation(
        Reason.UNEXPLAINED,
        "nothing that can be proven fits: another secret signed this request, or its body was changed",
        f"compare the secret with the one that {search.scheme.name} shows; if others of this endpoint are valid, "
        "look for what changes the body",
        proven=False,
        ruled_out=tuple(ruled_out),
    )


def _declared(search: Search) -> int | None:
    """Give the length that the sender declared, where the body can be compared with it and has another."""
    try:
        declared = content_length(search.subject.fields)
    except ValueError:
        return None
    if search.subject.content is None or declared == len(search.subject.content):
        return None
    return declared if first(search.subject.fields, b"content-encoding") is None else None


def _length(content: bytes, declared: int) -> Explanation:
    if not content:
        return Explanation(
            Reason.BODY_EMPTY,
            f"the body is empty, and {declared} bytes were sent",
            "look for what reads the body before it is passed on",
        )
    return Explanation(
        Reason.BODY_LENGTH_DIFFERS,
        f"the body has {len(content)} bytes, and its sender declared {declared}",
        "look for what cuts or rewrites the body on the way",
    )


def text_cause(search: Search, _: Suspects) -> Explanation | None:
    """Read the signature in the other encodings."""
    if search.scheme.kind not in {"mac", "digest", "sign"}:
        return None
    for encoding in ("hex", "base64", "base64url"):
        if encoding != search.scheme.signature.encoding and search.holds(check=search.encoded_as(encoding)):
            return Explanation(
                Reason.SIGNATURE_ENCODING,
                f"proven: the signature is right but written in {encoding}, "
                f"where {search.scheme.name} writes {search.scheme.signature.encoding}",
                "correct the encoding where the signature is written",
            )
    return None


def url_cause(search: Search, suspects: Suspects) -> Explanation | None:
    """Look for the URL that was signed, where the scheme signs one."""
    if not (search.signs("url") or search.signs("path")):
        return None
    for variant in url_variants(search.subject.url, search.subject.fields, suspects.urls):
        if search.holds(Change(url=variant.url)):
            return _of_url(search.scheme, variant)
    return None


def _of_url(scheme: Scheme, variant: UrlVariant) -> Explanation:
    return Explanation(
        variant.reason,
        f"proven: the signature is right for {variant.url}, that is {variant.said}",
        f"register exactly the public URL at {scheme.name}, or pass the URL unchanged to what verifies",
    )


def _method(search: Search, _: Suspects) -> Explanation | None:
    if not search.signs("method"):
        return None
    for method in (b"POST", b"GET", b"PUT", b"PATCH", b"DELETE"):
        if method != search.subject.method and search.holds(Change(method=method)):
            said = method.decode()
            return Explanation(
                Reason.METHOD, f"proven: the signature is right for the method {said}", "pass the method unchanged"
            )
    return None


def _body(search: Search, _: Suspects) -> Explanation | None:
    for variant in bodies(search):
        if search.holds(Change(content=variant.content)):
            return _of_body(variant)
    return None


def _of_body(variant: BodyVariant) -> Explanation:
    return Explanation(
        variant.reason,
        f"proven: the signature is right for the body {variant.said}, so something on the way has changed it",
        "look for what reads and rewrites bodies between the provider and the relay",
    )


def _algorithm(search: Search, _: Suspects) -> Explanation | None:
    if search.scheme.kind != "mac":
        return None
    for algorithm in _ALGORITHMS:
        if algorithm != search.scheme.algorithm and search.holds(
            check=search.altered(algorithm=algorithm, algorithm_from={})
        ):
            return Explanation(
                Reason.ALGORITHM,
                f"proven: it is signed with {algorithm}, where {search.scheme.name} uses {search.scheme.algorithm}",
                "choose the scheme of that algorithm: `hookline schemes` lists them",
            )
    return None


def _other_scheme(search: Search, suspects: Suspects) -> Explanation | None:
    for check in suspects.schemes:
        for secret in suspects.secrets:
            other = Search(check, search.subject, search.params, (), Budget())
            key = other.key(secret.value)
            if key is not None and search.holds(keys=[key], check=check):
                return Explanation(
                    Reason.OTHER_SCHEME,
                    f"proven: it is signed as {check.scheme.name} signs, with {secret.name}",
                    f"change the rule's scheme to {check.scheme.id}",
                )
    return None


def _order(search: Search, _: Suspects) -> Explanation | None:
    if search.scheme.kind != "mac" or search.scheme.binds != "body":
        return None
    for template in _ORDERS:
        if template not in search.scheme.signed and search.holds(check=search.altered(signed=(template,))):
            return Explanation(
                Reason.SIGNED_CONTENT,
                f"proven: what is signed is {template}, not {search.scheme.signed[0]}",
                f"the catalogue or {search.scheme.name}'s documentation is out of date: add a scheme of your own",
            )
    return None


_STEPS: tuple[tuple[str, Step], ...] = (
    ("the signature's encoding", text_cause),
    ("the ways in which a secret is copied wrongly, and your other secrets", secret_cause),
    ("", setting_cause),
    ("", url_cause),
    ("", _method),
    (f"what commonly rewrites a body (up to {LARGEST_BYTES // 1024} KiB)", _body),
    ("another algorithm", _algorithm),
    ("another provider's scheme", _other_scheme),
    ("another order of what is signed", _order),
    ("two of these at once", pair_cause),
)


def budget_for(scheme: Scheme) -> Budget:
    """Give what an explanation of a failure of `scheme` may cost."""
    public = scheme.kind == "sign" or scheme.algorithm == "ES256"
    return Budget(MOST_PUBLIC_CHECKS) if public else Budget()
