"""Every damage gets its reason, and no reason is claimed that is not so."""

import base64
import contextlib
from collections import Counter
from collections.abc import Iterator

import pytest

from client.signatures.check import Check
from client.signatures.reading import Reading
from client.signatures.sign import signed
from client.signatures.signers import CannotSign
from client.signatures.templates import FieldAbsent
from client.views import SignatureView
from tests.client.signatures.mutants import Mutant, diagnose, mutants
from tests.client.signatures.vectors import CATALOGUE

LEAST_BYTES = 8
"""Shorter keys, as `k1` of a made-up vector, are found in any text."""

SPECIFIC_NEVER = ("wrong secret", "one bit flipped")


def table(found: list[tuple[Mutant, str]]) -> str:
    """Give the counts for each damage."""
    run = Counter(mutant.damage for mutant, _ in found)
    right = Counter(mutant.damage for mutant, reason in found if reason in mutant.expected)
    return "\n".join(f"{right[damage]:5} / {run[damage]:<5} {damage}" for damage in sorted(run))


@pytest.fixture(scope="module")
def diagnosed() -> list[tuple[Mutant, SignatureView]]:
    """Diagnose every mutant that is not valid all the same."""
    views = [(mutant, diagnose(mutant)) for mutant in mutants()]
    return [(mutant, view) for mutant, view in views if view.state != "valid"]


def test_damages_get_their_reasons(diagnosed: list[tuple[Mutant, SignatureView]]) -> None:
    """At least 98.9 % of all damages are named, and a wrong secret or a flipped bit is never named as anything else."""
    found = [(mutant, view.reason) for mutant, view in diagnosed]
    wrong = [(mutant, reason) for mutant, reason in found if reason not in mutant.expected]
    said = table(found) + "\n" + "\n".join(f"{m.damage}: {m.vector.id}: {reason}" for m, reason in wrong)
    assert len(wrong) <= 0.011 * len(found), said
    assert [mutant.damage for mutant, _ in wrong if mutant.damage in SPECIFIC_NEVER] == [], said


def made_signatures(mutant: Mutant) -> Iterator[bytes]:
    """Give the signature's text that would be right for the damaged request, under each secret that takes part."""
    scheme = CATALOGUE.get(mutant.vector.scheme)
    for secret in (*mutant.secrets, *mutant.vault, mutant.vector.secret):
        with contextlib.suppress(CannotSign, FieldAbsent, ValueError):
            now = mutant.subject.received_at or 0.0
            done = signed(scheme, secret, mutant.subject, now=now, params=mutant.vector.params)
            check = Check(scheme)
            texts, _ = check.text.find(Reading(done, mutant.vector.params))
            for text in texts:
                yield text
                for raw in check.text.signatures(text, Reading(done, mutant.vector.params))[0]:
                    yield raw.hex().encode()
                    yield base64.b64encode(raw)


def test_no_word_holds_a_secret_or_a_signature_that_was_computed(
    diagnosed: list[tuple[Mutant, SignatureView]],
) -> None:
    """Whatever is found, nobody who reads it can sign: neither keys nor right signatures for these bytes are in it."""
    shown = 0
    for mutant, view in diagnosed:
        if CATALOGUE.get(mutant.vector.scheme).kind == "sign":
            continue  # the keys that are given are public, and nobody here can sign
        said = repr(view).encode()
        secrets = {secret.value.strip() for secret in (*mutant.secrets, *mutant.vault, mutant.vector.secret)}
        forbidden = {text for text in (*secrets, *made_signatures(mutant)) if len(text) >= LEAST_BYTES}
        assert [text for text in forbidden if text in said] == [], (mutant.damage, mutant.vector.id)
        shown += len(forbidden)
    assert shown > len(SPECIFIC_NEVER)
