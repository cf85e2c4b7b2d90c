"""Every vector's verdict, and what a check must never do."""

import pytest

from client.signatures.check import Check
from client.signatures.keys import Key, make_key
from client.signatures.reading import Reading
from client.signatures.verdict import Reason
from tests.client.signatures.vectors import CATALOGUE, PUBLISHED, Vector, own, published, verdict


@pytest.mark.parametrize("vector", own(), ids=lambda vector: vector.id)
def test_verdict_of_an_own_vector(vector: Vector) -> None:
    """Every vector made for this project gets the verdict that it names."""
    assert verdict(vector) == vector.expect


@pytest.mark.skipif(not PUBLISHED.is_file(), reason="the published vectors are kept outside the repository")
@pytest.mark.parametrize("vector", published(), ids=lambda vector: vector.id)
def test_verdict_of_a_published_vector(vector: Vector) -> None:
    """Every vector out of a provider's material gets the verdict that it names."""
    assert verdict(vector) == vector.expect


def test_every_scheme_is_ready_to_check() -> None:
    """All entries of the catalogue have sources and templates that fit."""
    assert [Check(scheme).scheme.id for scheme in CATALOGUE] == [scheme.id for scheme in CATALOGUE]


def test_no_key_is_never_valid() -> None:
    """Without a key nothing is valid, whatever the scheme, before any field is read."""
    for vector in own():
        finding = Check(CATALOGUE.get(vector.scheme)).run(Reading(vector.subject, vector.params), [], None)
        assert finding.reason is Reason.SECRET_EMPTY


def keys_of(vector: Vector) -> list[Key]:
    """Make a vector's key ready."""
    scheme = CATALOGUE.get(vector.scheme)
    return [make_key(vector.secret, scheme.key, scheme.algorithm)]


VALID = [vector for vector in own() if vector.expect == "valid"]
BOUND = [vector for vector in VALID if CATALOGUE.get(vector.scheme).binds == "body" and vector.subject.content]


@pytest.mark.parametrize("vector", BOUND, ids=lambda vector: vector.id)
def test_one_bit_of_the_body_flipped_is_not_valid(vector: Vector) -> None:
    """A scheme that binds the body notices a single bit."""
    content = vector.subject.content or b""
    changed = bytes([content[0] ^ 1]) + content[1:]
    reading = Reading(vector.subject, vector.params)
    reading.content = changed
    finding = Check(CATALOGUE.get(vector.scheme)).run(reading, keys_of(vector), vector.subject.received_at)
    assert finding.reason is not None


@pytest.mark.parametrize("vector", VALID, ids=lambda vector: vector.id)
def test_key_without_secret_is_shown_by_name_alone(vector: Vector) -> None:
    """A key's repr has no byte of the key."""
    assert vector.key.decode() not in repr(keys_of(vector))


def test_content_that_was_cut_is_not_checked() -> None:
    """What was not captured whole is neither valid nor invalid."""
    vector = next(vector for vector in VALID if vector.scheme == "talkifai")
    reading = Reading(vector.subject)
    reading.content = None
    finding = Check(CATALOGUE.get("talkifai")).run(reading, keys_of(vector), None)
    assert finding.reason is Reason.CONTENT_INCOMPLETE
