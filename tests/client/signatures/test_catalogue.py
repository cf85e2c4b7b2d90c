"""The catalogue and a user's own entries."""

from pathlib import Path

import pytest

from client.signatures.catalogue import Catalogue, CatalogueMistake, UnknownScheme
from client.signatures.check import Check
from client.signatures.facts import Facts

ENTRY = """
[acme]
name = "Acme"
source = "https://acme.example/docs"
kind = "mac"
algorithm = "hmac-sha256"
signature = { from = ["header:X-Acme"] }
signed = ["{body}"]
"""


def load(tmp_path: Path, text: str) -> Catalogue:
    """Load the catalogue with a user's file beside it."""
    path = tmp_path / "schemes.toml"
    path.write_text(text)
    return Catalogue.load(path)


def test_ninety_nine_schemes_with_their_sources() -> None:
    """Every entry names where it was read."""
    schemes = list(Catalogue.load())
    assert len(schemes) == 99
    assert [scheme.id for scheme in schemes if not scheme.source] == []


def test_every_entry_reads_its_facts() -> None:
    """Event sources of all entries fit."""
    schemes = list(Catalogue.load())
    assert [Facts(scheme).scheme for scheme in schemes] == [Check(scheme).scheme for scheme in schemes]


def test_own_entry_is_added(tmp_path: Path) -> None:
    """A user's scheme stands beside ours."""
    assert load(tmp_path, ENTRY).get("acme").name == "Acme"


def test_own_file_that_is_not_there_is_no_mistake(tmp_path: Path) -> None:
    """Nobody needs schemes of their own."""
    assert len(Catalogue.load(tmp_path / "schemes.toml")) == 99


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("kind =", "kinds ="), r"unknown key 'kinds'; did you mean 'kind'\?"),
        (('kind = "mac"', 'kind = "hmac"'), r"kind: Invalid enum value 'hmac'.*one of mac, digest"),
        (("source =", "#"), "key 'source' is missing"),
        (('from = ["header:X-Acme"]', 'form = ["header:X-Acme"]'), r"unknown key 'form' in signature; did you mean 'f"),
        (('"header:X-Acme"', '"heder:X-Acme"'), r"'heder:X-Acme' is not a source: write one of header:…"),
        (('"{body}"', '"{body|upper}"'), r"\{body\|upper\}: no such filter; known: sorted, port"),
        (('"{body}"', "1"), r"signed\[0\]: Expected `str`, got `int`"),
        (("[acme]", "acme = 1\n[x"), "not TOML"),
        (('algorithm = "hmac-sha256"', ""), "needs the keys 'algorithm' and 'signed'"),
    ],
)
def test_mistake_names_file_entry_key_and_what_fits(tmp_path: Path, change: tuple[str, str], words: str) -> None:
    """Each mistake in a user's file is said at its place."""
    with pytest.raises(CatalogueMistake, match=words) as caught:
        load(tmp_path, ENTRY.replace(*change))
    assert "schemes.toml" in str(caught.value)


def test_own_file_that_is_not_text_is_a_mistake(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 are said, not shown as a traceback."""
    path = tmp_path / "schemes.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(CatalogueMistake, match="cannot be read"):
        Catalogue.load(path)


def test_scheme_that_is_no_table_is_a_mistake(tmp_path: Path) -> None:
    """A value where an entry belongs is said."""
    with pytest.raises(CatalogueMistake, match="a scheme is a table"):
        load(tmp_path, "acme = 1")


def test_unknown_scheme_names_the_nearest() -> None:
    """A misspelt name is answered with the right one."""
    with pytest.raises(UnknownScheme, match="did you mean stripe"):
        Catalogue.load().get("Strype")
