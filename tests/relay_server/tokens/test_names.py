"""Endpoint names and whose they are."""

import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from relay_server.errors import NameRefused, Refusal
from relay_server.tokens import Names, Owner, Tokens
from relay_server.tokens.names import MOST_NAMES
from relay_server.tokens.schema import open_store

MakeOwner = Callable[..., Owner]


@pytest.fixture
def owner(tokens: Tokens) -> MakeOwner:
    """Give what makes an owner with a token."""

    def make(name: str, *globs: str) -> Owner:
        found = tokens.check(tokens.create(name, names=globs or ("*",)))
        assert found is not None
        return found

    return make


def test_claimed_name_is_the_owners(names: Names, owner: MakeOwner) -> None:
    """A claimed name has an owner, and is listed in order."""
    laptop = owner("laptop")
    for name in ("demo", "billing", "demo"):
        names.claim(name, laptop)
    assert names.all() == ["billing", "demo"]
    assert (names.owner("demo"), names.owner("other")) == (laptop, None)


def test_another_owners_name_is_refused(names: Names, owner: MakeOwner) -> None:
    """A name that was granted once is refused to others."""
    laptop = owner("laptop")
    names.claim("demo", laptop)
    with pytest.raises(NameRefused, match="belongs to the holder of another token") as caught:
        names.claim("demo", owner("desktop"))
    assert caught.value.code == Refusal.TAKEN
    assert names.owner("demo") == laptop


def test_refusal_does_not_say_whose_it_is(names: Names, owner: MakeOwner) -> None:
    """What a token's holder reads does not name another holder."""
    names.claim("demo", owner("secret-project"))
    with pytest.raises(NameRefused) as caught:
        names.claim("demo", owner("desktop"))
    assert "secret-project" not in caught.value.sentence


def test_name_outside_the_globs_is_refused(names: Names, owner: MakeOwner) -> None:
    """A token claims only what it was made for; the refusal says what that is."""
    with pytest.raises(NameRefused, match=r"it may use team-\*, demo") as caught:
        names.claim("billing", owner("laptop", "team-*", "demo"))
    assert (caught.value.code, names.all()) == (Refusal.NOT_GRANTED, [])


@pytest.mark.parametrize(
    "name", ["", "-a", "a-", "a.b", "a_b", "ä", "a" * 64, "Demo", "a b", "a\n", "\x1b", "../etc", "a/b", "t?"]
)
def test_what_is_no_host_label_is_refused(names: Names, owner: MakeOwner, name: str) -> None:
    """Whatever could not be a label of a host name is refused, before anything else is asked."""
    with pytest.raises(NameRefused) as caught:
        names.claim(name, owner("laptop"))
    assert caught.value.code == Refusal.INVALID


def test_refusal_of_upper_case_says_what_to_write(names: Names, owner: MakeOwner) -> None:
    """A name in the wrong letter case gets the right one as a hint."""
    with pytest.raises(NameRefused, match="write demo"):
        names.claim("Demo", owner("laptop"))


def test_owner_whose_token_is_gone_gets_nothing(names: Names, tokens: Tokens, owner: MakeOwner) -> None:
    """A link that has not been let go yet claims nothing with a revoked token."""
    laptop = owner("laptop")
    tokens.revoke("laptop")
    with pytest.raises(NameRefused, match="is revoked"):
        names.claim("demo", laptop)
    assert names.all() == []


def test_released_name_is_free(names: Names, owner: MakeOwner) -> None:
    """A released name can be claimed by anybody, and releasing twice is no error."""
    names.claim("demo", owner("laptop"))
    names.release("demo")
    names.release("demo")
    desktop = owner("desktop")
    names.claim("demo", desktop)
    assert names.owner("demo") == desktop


def test_name_of_a_revoked_token_still_has_an_owner(names: Names, tokens: Tokens, owner: MakeOwner) -> None:
    """Nobody gets the deliveries that senders still send to a revoked token's name."""
    names.claim("demo", owner("laptop"))
    tokens.revoke("laptop")
    with pytest.raises(NameRefused):
        names.claim("demo", owner("desktop"))
    found = names.owner("demo")
    assert found is not None
    assert found.name == "laptop"


def test_one_of_many_claimants_wins(tmp_path: Path, tokens: Tokens, owner: MakeOwner) -> None:
    """Of several owners that claim a name at the same moment exactly one gets it."""
    owners = [owner(f"laptop-{number}") for number in range(4)]
    start = threading.Barrier(len(owners))
    won: list[Owner] = []

    def claim(claimant: Owner) -> None:
        with closing(open_store(tmp_path)) as store:
            start.wait()
            try:
                Names(store, clock=lambda: 0.0).claim("demo", claimant)
            except NameRefused:
                return
            won.append(claimant)

    threads = [threading.Thread(target=claim, args=(one,)) for one in owners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with closing(open_store(tmp_path)) as store:
        assert [Names(store, clock=lambda: 0.0).owner("demo")] == won


def test_token_has_so_many_names_and_no_more(names: Names, owner: MakeOwner) -> None:
    """One token cannot take every name; those that it has it may claim again, and others may claim theirs."""
    laptop = owner("laptop")
    for number in range(MOST_NAMES):
        names.claim(f"n{number}", laptop)
    with pytest.raises(NameRefused, match="has 256 names") as caught:
        names.claim("more", laptop)
    names.claim("n0", laptop)
    assert (caught.value.code, len(names.all()), names.owner("more")) == (Refusal.TOO_MANY, MOST_NAMES, None)
    names.claim("more", owner("desktop"))


def test_name_that_is_had_needs_no_lock(tmp_path: Path, names: Names, owner: MakeOwner) -> None:
    """A client that comes back is not kept waiting by another process that writes."""
    laptop = owner("laptop")
    names.claim("demo", laptop)
    with closing(open_store(tmp_path)) as writing:
        writing.execute("BEGIN IMMEDIATE")
        names.claim("demo", laptop)
