"""Signs a request afresh with the user's own secret, by the rule that covers it."""

from client.inspector import ReplayRefused
from client.signatures.engine import Signatures, Subject
from client.signatures.rule import AUTO, covering
from client.signatures.sign import CannotSign, signed
from shared.exchange import Delivery
from shared.http.heads import RequestHead


def resigned(
    signatures: Signatures, head: RequestHead, delivery: Delivery, content: bytes, *, provider: str, now: float
) -> tuple[RequestHead, bytes]:
    """Give head and content with a signature made now.

    Raises:
        ReplayRefused: there is no scheme or secret for it, or it cannot be made.
    """
    subject = Subject.of(head, delivery, content)
    rules = [rule for rule in covering(signatures.rules, subject.path) if rule.secrets]
    rule = next((rule for rule in rules if rule.scheme == provider), rules[0] if rules else None)
    scheme = signatures.catalogue.find(provider if rule is None or rule.scheme == AUTO else rule.scheme)
    if rule is None or scheme is None:
        raise ReplayRefused(
            f"delivery {delivery.id} cannot be signed afresh: no scheme with a secret covers {subject.path}; "
            "start hookline with --verify SCHEME and --secret-env VARIABLE"
        )
    try:
        done = signed(scheme, rule.secrets[0], subject, now=now, params=dict(rule.params))
    except CannotSign as error:
        raise ReplayRefused(f"delivery {delivery.id} cannot be signed afresh: {error}") from error
    target = head.target
    if done.url != subject.url:
        target = done.url.removeprefix(delivery.public_url).encode("latin-1")
    return RequestHead(head.method, target, done.fields, head.version), done.content or b""
