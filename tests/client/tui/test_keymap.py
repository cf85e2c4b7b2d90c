"""The keys."""

from collections import Counter
from pathlib import Path

from client.tui.footer import footer_line
from client.tui.keymap import ENTRIES, bindings
from client.tui.model.spans import text_of
from client.tui.screens.keys import key_lines
from client.tui.screens.main import MainScreen
from client.tui.widgets.attempt_table import AttemptTable
from client.tui.widgets.delivery_list import DeliveryList
from client.tui.widgets.viewer import Viewer


def test_every_binding_has_its_own_id() -> None:
    """A configuration can name each key."""
    assert [name for name, count in Counter(entry.id for entry in ENTRIES).items() if count > 1] == []


def test_no_key_is_bound_twice_in_one_place() -> None:
    """A key does one thing in each part of the screen."""
    for where in ("list", "viewer", "attempts", "detail", "main"):
        keys = Counter(key for entry in ENTRIES if where in entry.where for key in entry.keys.split(","))
        assert [key for key, count in keys.items() if count > 1] == []


def test_no_key_is_one_that_terminals_confuse() -> None:
    """Nothing is on keys that are enter, tab, escape or backspace, or that belong to multiplexers."""
    confused = {"ctrl+h", "ctrl+i", "ctrl+m", "ctrl+left_square_bracket", "ctrl+a", "ctrl+b", "ctrl+z"}
    assert {key for entry in ENTRIES for key in entry.keys.split(",")} & confused == set()


def test_every_action_exists() -> None:
    """No key is bound to nothing."""
    places = {
        "list": DeliveryList,
        "viewer": Viewer,
        "attempts": AttemptTable,
        "detail": MainScreen,
        "main": MainScreen,
    }
    for entry in ENTRIES:
        for where in entry.where:
            owner, _, name = entry.action.partition("(")[0].rpartition(".")
            if owner != "app":
                assert hasattr(places[where], f"action_{name}"), entry


def test_bindings_of_a_place() -> None:
    """A place gets its own bindings."""
    assert len(bindings("attempts")) == 3


def test_footer_shows_what_works() -> None:
    """An action that cannot be run is not offered; the detail's find hides the list's filter."""
    in_list = text_of(footer_line(200, where="list", works=lambda action: "replay" not in action))
    in_page = text_of(footer_line(200, where="viewer", works=lambda _action: True))
    assert ("/ filter" in in_list, "replay" in in_list, "/ find" in in_list) == (True, False, False)
    assert ("/ filter" in in_page, "replay" in in_page, "/ find" in in_page) == (False, True, True)


def test_key_list_is_found_by_key_and_by_word() -> None:
    """One letter is a key, more are a word."""
    assert [text_of(line).split() for line in key_lines("q")][1][0] == "q"
    assert len(key_lines("q")) == 2
    assert any("follow the newest" in text_of(line) for line in key_lines("FOLLOW"))
    assert text_of(key_lines("no such")[0]) == "no key is called like that"


def test_every_key_is_in_the_manual() -> None:
    """The page about the screen names each key by its id and by what it does."""
    manual = (Path(__file__).resolve().parents[3] / "docs" / "tui.md").read_text(encoding="utf-8")
    assert [entry.id for entry in ENTRIES if f"| {entry.does} | `{entry.id}` |" not in manual] == []
