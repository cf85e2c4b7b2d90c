"""Tokens: made, checked, listed, rotated, revoked."""

import hashlib
import re
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay_server.errors import TokenRefused
from relay_server.tokens import Names, Owner, TokenInfo, Tokens
from relay_server.tokens.schema import FILE


class Clock(Protocol):
    """The clock of the fixtures."""

    now: float


def owner_of(tokens: Tokens, token: str) -> Owner:
    """Check a token that is good."""
    owner = tokens.check(token)
    assert owner is not None
    return owner


def test_token_is_256_bits_that_are_easy_to_copy(tokens: Tokens) -> None:
    """A token is one word of the prefix and 52 characters of base 32."""
    assert re.fullmatch(r"hkl_[a-z2-7]{52}", tokens.create("laptop"))


def test_token_opens_for_its_owner(tokens: Tokens) -> None:
    """Whoever shows the token is its owner, with the globs it was made with."""
    token = tokens.create("laptop", names=["team-*", "demo"])
    assert tokens.check(token) == Owner(1, "laptop", ("team-*", "demo"))


def test_token_is_not_in_the_file(tokens: Tokens, store: sqlite3.Connection, tmp_path: Path) -> None:
    """The file has the token's hash and not the token, and nobody else may read it."""
    token = tokens.create("laptop")
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = (tmp_path / FILE).read_bytes()
    assert token.encode() not in content
    assert token[4:].encode() not in content
    assert hashlib.sha256(token.encode()).digest() in content
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


@given(st.text() | st.just("hkl_" + "a" * 52))
def test_no_other_text_opens(text: str) -> None:
    """Whatever is wrong with a text, the answer is the same: nobody."""
    store = sqlite3.connect(":memory:", isolation_level=None)
    from relay_server.tokens.schema import MIGRATIONS  # noqa: PLC0415 - hypothesis and fixtures do not mix

    store.executescript(MIGRATIONS[0])
    tokens = Tokens(store, clock=lambda: 0.0)
    token = tokens.create("laptop")
    assert [tokens.check(one) for one in (text, token[:-1], token + "a", token.upper(), f" {token}")] == [None] * 5
    store.close()


def test_lone_surrogates_are_no_token(tokens: Tokens) -> None:
    """Text that no encoding has, as a header's stray bytes become, is nobody's token."""
    assert tokens.check("hkl_\udcff") is None


def test_token_expires(tokens: Tokens, clock: Clock) -> None:
    """A token opens until its time, and its owner's links are no longer good then."""
    token = tokens.create("laptop", expires_at=clock.now + 10)
    owner = owner_of(tokens, token)
    clock.now += 9.9
    assert (tokens.check(token) is not None, tokens.is_good(owner)) == (True, True)
    clock.now += 0.1
    assert (tokens.check(token), tokens.is_good(owner)) == (None, False)


def test_name_of_a_live_token_is_refused(tokens: Tokens) -> None:
    """A second token of the same name is refused with what to do; the first stays."""
    token = tokens.create("laptop")
    with pytest.raises(TokenRefused, match="hookline-relay token rotate laptop"):
        tokens.create("laptop")
    assert tokens.check(token) is not None


@pytest.mark.parametrize("name", ["", "a b", "-x", "x" * 65, "a\n", "\x1b[31m", "ü"])
def test_name_that_cannot_be(tokens: Tokens, name: str) -> None:
    """A name that could not be typed or shown is refused."""
    with pytest.raises(TokenRefused, match="cannot be the name of a token"):
        tokens.create(name)


@pytest.mark.parametrize("glob", ["", "A*", "a.b", "a b", "a/b"])
def test_glob_that_matches_nothing(tokens: Tokens, glob: str) -> None:
    """A glob that no endpoint name could match is refused."""
    with pytest.raises(TokenRefused, match="matches no endpoint name"):
        tokens.create("laptop", names=[glob])


def test_list_shows_everything_but_the_token(tokens: Tokens, names: Names, clock: Clock) -> None:
    """The list has what an operator wants to know, in order of name."""
    used = tokens.create("laptop", names=["de*"], expires_at=clock.now + 60)
    tokens.create("ci")
    clock.now += 5
    names.claim("demo", owner_of(tokens, used))
    began = clock.now - 5
    expected = [
        TokenInfo("ci", ("*",), (), began, None, None, revoked=False),
        TokenInfo("laptop", ("de*",), ("demo",), began, began + 60, clock.now, revoked=False),
    ]
    assert tokens.list() == expected
    assert used[4:] not in repr(tokens.list())


def test_last_use_is_kept_to_the_minute(tokens: Tokens, clock: Clock) -> None:
    """A client that connects again and again costs one write a minute."""
    token = tokens.create("laptop")
    used = []
    for _ in range(3):
        tokens.check(token)
        used.append(tokens.list()[0].last_used_at)
        clock.now += 40
    assert used == [1_800_000_000.0, 1_800_000_000.0, 1_800_000_080.0]


def test_token_opens_when_the_file_cannot_be_written(tokens: Tokens, store: sqlite3.Connection) -> None:
    """A full disk does not lock out who may come in."""
    token = tokens.create("laptop")
    store.execute("PRAGMA query_only = ON")
    assert tokens.check(token) is not None


def test_revoked_token_opens_nothing(tokens: Tokens, elsewhere: Tokens) -> None:
    """A token that another process revoked is refused at once, and who came in by it is not good."""
    token = tokens.create("laptop")
    owner = owner_of(tokens, token)
    assert elsewhere.revoke("laptop") == ()
    assert (tokens.check(token), tokens.is_good(owner), tokens.list()) == (None, False, [])


def test_revoked_tokens_names_are_kept_for_its_owner(tokens: Tokens, names: Names) -> None:
    """After a revocation the names are nobody else's; a new token of the same name has them."""
    old = tokens.create("laptop")
    names.claim("demo", owner_of(tokens, old))
    assert tokens.revoke("laptop") == ("demo",)
    assert [(one.name, one.names, one.revoked) for one in tokens.list()] == [("laptop", ("demo",), True)]
    new = tokens.create("laptop", names=["demo"])
    assert tokens.check(old) is None
    names.claim("demo", owner_of(tokens, new))


def test_revoked_tokens_names_can_be_freed(tokens: Tokens, names: Names) -> None:
    """Names are given away when the operator says so, at the revocation or after it."""
    for name, late in (("laptop", False), ("desktop", True)):
        names.claim(name, owner_of(tokens, tokens.create(name)))
        if late:
            assert tokens.revoke(name) == (name,)
        assert tokens.revoke(name, free_names=True) == ()
    assert (tokens.list(), names.all()) == ([], [])


def test_rotated_token_is_replaced(tokens: Tokens, elsewhere: Tokens, names: Names) -> None:
    """After a rotation the new token opens with the same names, the old one and its links do not."""
    old = tokens.create("laptop", names=["demo"])
    owner = owner_of(tokens, old)
    names.claim("demo", owner)
    new = elsewhere.rotate("laptop")
    assert (tokens.check(old), tokens.is_good(owner)) == (None, False)
    again = owner_of(tokens, new)
    assert (again.id, again.globs, tokens.is_good(again)) == (owner.id, ("demo",), True)
    names.claim("demo", again)


def test_token_made_anew_is_another(tokens: Tokens) -> None:
    """A name used again after a revocation does not make the old owner good."""
    owner = owner_of(tokens, tokens.create("laptop"))
    tokens.revoke("laptop")
    tokens.create("laptop")
    assert tokens.is_good(owner) is False


@pytest.mark.parametrize("command", [Tokens.revoke, Tokens.rotate])
def test_unknown_token_is_named(tokens: Tokens, command: Callable[[Tokens, str], object]) -> None:
    """A command for a token that does not exist says so."""
    with pytest.raises(TokenRefused, match="there is no token named desktop"):
        command(tokens, "desktop")


def test_revoked_token_cannot_be_rotated(tokens: Tokens, names: Names) -> None:
    """A rotation does not bring a revoked token back."""
    names.claim("demo", owner_of(tokens, tokens.create("laptop")))
    tokens.revoke("laptop")
    with pytest.raises(TokenRefused, match="hookline-relay token create laptop"):
        tokens.rotate("laptop")


def test_owner_and_info_do_not_show_the_token(tokens: Tokens) -> None:
    """Nothing that is printed for debugging holds a token."""
    token = tokens.create("laptop")
    assert token not in f"{owner_of(tokens, token)!r} {tokens!r} {vars(tokens)!r}"


@pytest.mark.parametrize(
    ("globs", "name", "granted"),
    [
        (("*",), "demo", True),
        (("team-*",), "team-a", True),
        (("team-*",), "demo", False),
        (("a", "b?"), "bc", True),
        ((), "demo", False),
    ],
)
def test_owner_may_claim_what_the_globs_match(globs: tuple[str, ...], name: str, granted: bool) -> None:
    """One matching glob is enough."""
    assert Owner(1, "laptop", globs).may_claim(name) is granted
