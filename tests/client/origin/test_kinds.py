"""What becomes of a field, by its name."""

import pytest

from client.origin.kinds import CODING, CONNECTION, HOP, HOST, KEEP_ALIVE, LENGTH, PLAIN, RESERVED, UPGRADE, Kinds


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (b"Content-Type", PLAIN),
        (b"x-talkifai-signature", PLAIN),
        (b"HOST", HOST),
        (b"Content-length", LENGTH),
        (b"Transfer-Encoding", CODING),
        (b"connection", CONNECTION),
        (b"Keep-Alive", KEEP_ALIVE),
        (b"Upgrade", UPGRADE),
        (b"TE", HOP),
        (b"Trailer", HOP),
        (b"Expect", HOP),
        (b"Proxy-Connection", HOP),
        (b"Hookline-Delivery", RESERVED),
        (b"hookline-error", RESERVED),
        (b"Hooklines", PLAIN),
    ],
)
def test_kind_of_a_name_in_any_case(name: bytes, kind: int) -> None:
    """Names are told apart whatever their case."""
    assert Kinds()[name] == kind


@pytest.mark.parametrize("name", [b"", b"A b", b"A:", b"A\r\n", b"A\0", b"caf\xe9", b"(A)", b'"A"'])
def test_kind_of_what_is_no_name(name: bytes) -> None:
    """What is no token is no field name."""
    with pytest.raises(ValueError, match="not a token"):
        Kinds()[name]


def test_kinds_remember_little() -> None:
    """However many and long the names are that pass, only a few short ones are kept."""
    kinds = Kinds()
    for number in range(5000):
        assert kinds[b"X-%d" % number] == PLAIN
    assert kinds[b"Y" * 60_000] == PLAIN
    assert len(kinds) == 1024
    assert max(map(len, kinds)) <= 64
