"""Shows the catalogue to people: all schemes in a line each, or one in full."""

from client.signatures.algorithms import SAID
from client.signatures.catalogue import Catalogue
from client.signatures.clock import seconds_said
from client.signatures.scheme import DeliveryRules, Scheme
from client.signatures.sources import Source

_BINDS = {"body": "the whole body", "part": "a few fields of the body", "nothing": "nothing of the body"}
_EVIDENCE = {
    "provider": "read in the provider's material",
    "third-party": "read at a third party",
    "remembered": "not checked again",
}


def rows(catalogue: Catalogue) -> list[tuple[str, str, str, str]]:
    """Give id, name, place of the signature, and algorithm of every scheme, sorted by id."""
    return sorted(
        (scheme.id, scheme.name, Source(scheme.signature.sources[0]).said(), _algorithm(scheme)) for scheme in catalogue
    )


def entry(scheme: Scheme) -> list[tuple[str, str]]:
    """Give all that is known of a scheme, label and value, in the order to be shown."""
    place = scheme.signature
    found = [
        ("scheme", f"{scheme.id}: {scheme.name}"),
        ("signature", " or ".join(Source(text).said() for text in place.sources)),
        ("written as", _written(scheme)),
        ("algorithm", _algorithm(scheme)),
        ("signed", " else ".join(scheme.signed) or ", ".join(f"{k} = {v}" for k, v in scheme.claims.items())),
        ("protects", _BINDS[scheme.binds] + (" and the URL" if scheme.signs_url else "")),
        ("key", scheme.key + (f", fetched from {' or '.join(scheme.key_hosts)}" if scheme.key_hosts else "")),
        ("settings", ", ".join(scheme.params)),
        ("time window", _window(scheme)),
        ("event type", scheme.event.type),
        ("event id", scheme.event.id),
        *(_delivery(scheme.delivery) if scheme.delivery else []),
        ("note", scheme.note),
        ("source", scheme.source),
    ]
    return [(label, value) for label, value in found if value]


def _algorithm(scheme: Scheme) -> str:
    if scheme.kind == "token":
        return "the secret itself"
    name = SAID.get(scheme.algorithm, scheme.algorithm)
    return {"jwt": f"JSON web token, {name}", "digest": f"{name} over text with the secret"}.get(scheme.kind, name)


def _written(scheme: Scheme) -> str:
    place = scheme.signature
    encoding = "" if scheme.kind in {"jwt", "token"} else f" in {place.encoding}"
    if place.format == "kv":
        return f"{place.keys[0]}=…{encoding}, parts separated by {place.separator.strip() or 'space'}"
    if place.format == "list":
        return f"{place.prefix}…{encoding}, several separated by space"
    return f"{place.prefix}…{encoding}"


def _window(scheme: Scheme) -> str:
    if scheme.tolerance_seconds is not None:
        return seconds_said(scheme.tolerance_seconds)
    return "none stated" if any(field.unit != "text" for field in scheme.fields.values()) else ""


def _delivery(rules: DeliveryRules) -> list[tuple[str, str]]:
    retries = rules.retries
    if rules.retries_seconds is not None:
        pauses = [seconds_said(pause) if pause else "at once" for pause in rules.retries_seconds]
        retries = f"{len(pauses)}: {', '.join(pauses)}" if pauses else "none"
    success = " or ".join(map(str, rules.success)) or "any 2xx"
    return [
        ("answer within", seconds_said(rules.timeout_seconds) if rules.timeout_seconds else "not published"),
        ("success", success),
        ("retries", retries or "not published"),
        ("delivery facts", _EVIDENCE[rules.evidence]),
    ]
