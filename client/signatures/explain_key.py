"""Looks for a cause in what the user gave: the secret, another secret, a setting."""

from client.signatures.explanation import Explanation, Suspects, bodies
from client.signatures.search import Change, Search
from client.signatures.secret import Secret
from client.signatures.variants_secret import SecretVariant, secret_variants
from client.signatures.verdict import Reason

_ENOUGH_PAIRS = 60
"""Bodies that are tried with each of the likeliest secrets."""


def secret_cause(search: Search, suspects: Suspects) -> Explanation | None:
    """Try the rule's secrets as they may have been meant, then the user's other ones."""
    for secret in suspects.secrets:
        for variant in secret_variants(secret.value, search.scheme.key):
            if _fits(search, variant):
                return _of_secret(secret, variant)
    for other in suspects.others:
        key = search.key(other.value)
        if key is not None and search.holds(keys=[key]):
            return Explanation(
                Reason.OTHER_KNOWN_SECRET,
                f"proven: it is signed with {other.name}, not with the secret of this rule",
                f"use {other.name} for this path, or register this endpoint under the other secret",
            )
    return None


def _fits(search: Search, variant: SecretVariant, change: Change = Change()) -> bool:  # noqa: B008 - immutable
    key = search.key(variant.value, variant.form)
    return key is not None and search.holds(change, keys=[key])


def _of_secret(secret: Secret, variant: SecretVariant, also: str = "") -> Explanation:
    return Explanation(
        variant.reason,
        f"proven: the signature is right under {secret.name} {variant.said}{also}",
        f"correct {secret.name}: copy it once more, as the provider shows it",
    )


def setting_cause(search: Search, suspects: Suspects) -> Explanation | None:
    """Try the settings that the user has for other endpoints, where the scheme signs one."""
    for params in suspects.settings if search.scheme.params else ():
        if search.holds(params=params):
            said = ", ".join(name for name in search.scheme.params if params.get(name) != search.params.get(name))
            value = ", ".join(params.get(name, "") for name in search.scheme.params)
            return Explanation(
                Reason.CONFIG_PARAM,
                f"proven: the signature is right for the {said} of another rule of yours: {value}",
                f"correct {said} in this rule's params, or register this endpoint under the other one",
            )
    return None


def pair_cause(search: Search, suspects: Suspects) -> Explanation | None:
    """Try the likeliest secrets with the likeliest bodies: two mistakes at once."""
    likely = (Reason.SECRET_WHITESPACE, Reason.SECRET_QUOTED, Reason.SECRET_PREFIX_EXTRA, Reason.SECRET_PREFIX_MISSING)
    for secret in suspects.secrets:
        variants = [v for v in secret_variants(secret.value, search.scheme.key) if v.reason in likely]
        for variant in variants:
            for number, body in enumerate(bodies(search)):
                if number >= _ENOUGH_PAIRS:
                    break
                if _fits(search, variant, Change(content=body.content)):
                    return _of_secret(secret, variant, f", and for the body {body.said}")
    return None
