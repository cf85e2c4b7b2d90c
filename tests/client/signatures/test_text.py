"""The signature's own text."""

import pytest

from client.signatures.scheme import Place
from client.signatures.text import MOST_SIGNATURES, SignatureText
from client.signatures.verdict import Finding, Reason
from tests.client.signatures.requests import reading

PLAIN = Place(sources=("header:X-Sig",), prefix="sha256=")
KV = Place(sources=("header:X-Sig",), format="kv", keys=("v1", "v0"))
LIST = Place(sources=("header:X-Sig",), format="list", separator=" ", prefix="v1,", encoding="base64")
PAIRS = Place(sources=("form:bt",), format="pairs", separator="&", select="param:public_key")


@pytest.mark.parametrize(
    ("place", "text", "found"),
    [
        (PLAIN, b"sha256=ab", [b"\xab"]),
        (PLAIN, b"sha256=AB", [b"\xab"]),
        (KV, b"t=1,v1=ab,v0=cd", [b"\xab", b"\xcd"]),
        (KV, b"t=1, v1=zz, v1=ab", [b"\xab"]),
        (LIST, b"v1,q80= v2,AAAA v1,zQ==", [b"\xab\xcd", b"\xcd"]),
    ],
)
def test_signatures_of_a_text(place: Place, text: bytes, found: list[bytes]) -> None:
    """Each format gives its signatures, and an entry that cannot be read does not spoil the others."""
    assert SignatureText(place).signatures(text, reading()) == (found, None)


@pytest.mark.parametrize(
    ("place", "text", "finding"),
    [
        (PLAIN, b"ab", Finding(Reason.SIGNATURE_PREFIX, "sha256=")),
        (PLAIN, b"sha256=zz", Finding(Reason.SIGNATURE_UNDECODABLE, "hex")),
        (PLAIN, b"sha256=ab, sha256=ab", Finding(Reason.DUPLICATE_HEADER, "X-Sig")),
        (KV, b"t=1", Finding(Reason.SIGNATURE_MALFORMED, "v1= or v0=")),
        (LIST, b"v2,AAAA", Finding(Reason.SIGNATURE_MALFORMED, "v1,")),
        (PAIRS, b"other|ab", Finding(Reason.KEY_ID_MISMATCH, "public_key")),
    ],
)
def test_text_without_a_signature(place: Place, text: bytes, finding: Finding) -> None:
    """What is wrong with the text is named."""
    assert SignatureText(place).signatures(text, reading(params={"public_key": "mine"})) == ([], finding)


def test_other_parts_of_the_text_are_kept() -> None:
    """A timestamp beside the signature is there for what is signed; the first of two counts."""
    request = reading()
    SignatureText(KV).signatures(b"t=1,v1=ab,t=2", request)
    assert request.parts == {"t": b"1"}


def test_number_of_signatures_is_bounded() -> None:
    """A text of thousands of signatures costs no more than a few."""
    found, _ = SignatureText(KV).signatures(b",".join([b"v1=ab"] * 5000), reading())
    assert len(found) <= MOST_SIGNATURES


def test_first_place_that_is_there_counts() -> None:
    """Of several places the first present one is read, and with `any_of` each of them."""
    both = Place(sources=("header:A", "header:B"))
    fields = (("B", "2"), ("A", "1"))
    assert SignatureText(both).find(reading(*fields)) == ([b"1"], None)
    every = Place(sources=("header:A", "header:B"), any_of=True)
    assert SignatureText(every).find(reading(*fields)) == ([b"1", b"2"], None)


def test_place_that_is_missing_or_twice_there() -> None:
    """Nobody can say which of two fields counts, and none is said by name."""
    text = SignatureText(PLAIN)
    assert text.find(reading()) == ([], Finding(Reason.MISSING_SIGNATURE, "the X-Sig field"))
    assert text.find(reading(("X-Sig", "1"), ("x-sig", "1"))) == ([], Finding(Reason.DUPLICATE_HEADER, "X-Sig"))
