"""Rules over field sections."""

import pytest

from shared.http import content_length, every, first, forwardable, without
from shared.http.fields import nominated

FIELDS = ((b"X-A", b"1"), (b"x-b", b"2"), (b"x-a", b"3"))


def test_lookup_ignores_case_and_keeps_order() -> None:
    """The first of a name, or all of them as they came."""
    assert (first(FIELDS, b"x-a"), every(FIELDS, b"x-a"), first(FIELDS, b"x-c")) == (b"1", [b"1", b"3"], None)


def test_without_keeps_the_rest_byte_for_byte() -> None:
    """Only what is named goes."""
    assert without(FIELDS, frozenset((b"x-a",))) == ((b"x-b", b"2"),)


def test_hop_by_hop_fields_stay_behind() -> None:
    """Those of RFC 9110, and what `Connection` nominates; all else travels with case and repetition."""
    kept = ((b"Host", b"a"), (b"ACCEPT", b"x"), (b"Accept", b"y"))
    hop = ((b"Connection", b"keep-alive, Foo"), (b"FOO", b"1"), (b"Transfer-Encoding", b"chunked"), (b"TE", b"x"))
    assert forwardable((*kept, *hop, (b"Upgrade", b"websocket"), (b"Expect", b"100-continue"))) == kept


@pytest.mark.parametrize("name", [b"Host", b"X-Signature", b"Hookline-Event", b"Authorization", b"Content-Length"])
def test_sender_cannot_hide_a_field_from_the_app(name: bytes) -> None:
    """What signatures and routing stand on may be nominated, and travels all the same."""
    fields = ((b"Connection", b"close, " + name), (name, b"1"))
    assert forwardable(fields) == ((name, b"1"),)


def test_nomination_is_a_list() -> None:
    """Empty members are none; several fields are one list."""
    assert nominated(((b"Connection", b" Foo ,,BAR"), (b"connection", b"baz"))) == {b"foo", b"bar", b"baz"}


@pytest.mark.parametrize(
    ("values", "expected"), [([], None), ([b"0"], 0), ([b" 12\t"], 12), ([b"7", b"07"], 7), ([b"9" * 18], 10**18 - 1)]
)
def test_declared_length(values: list[bytes], expected: int | None) -> None:
    """One number, however often it is said."""
    assert content_length(tuple((b"Content-Length", value) for value in values)) == expected


@pytest.mark.parametrize(
    "values", [[b""], [b"-1"], [b"+1"], [b"1, 1"], [b"0x1"], [b"1_0"], [b"\xb2"], [b"1", b"2"], [b"9" * 19]]
)
def test_length_that_is_no_number_is_refused(values: list[bytes]) -> None:
    """Two readings of a length are how requests are smuggled."""
    with pytest.raises(ValueError, match="content-length"):
        content_length(tuple((b"content-length", value) for value in values))
