"""The footer: the keys that work now."""

from collections.abc import Callable

from client.tui.keymap import ENTRIES, Where
from client.tui.model.bars import Key, key_bar
from client.tui.model.spans import Line

_ALWAYS = ("keys", "quit")
_LIST_ONLY = ("filter", "follow")
"""What works everywhere but is about the list."""

_PLACES: dict[Where, tuple[Where, ...]] = {
    "list": ("list", "main"),
    "viewer": ("viewer", "detail", "main"),
    "attempts": ("attempts", "detail", "main"),
}


def footer_line(width: int, *, where: Where, works: Callable[[str], bool]) -> Line:
    """Give the footer.

    Args:
        width: cells.
        where: which part of the screen has the keys.
        works: tells whether an action can be run now.
    """
    taken: set[str] = set()
    left: list[Key] = []
    right: list[Key] = []
    for entry in ENTRIES:
        here = set(entry.where) & set(_PLACES.get(where, ("main",))) and (where == "list" or entry.id not in _LIST_ONLY)
        if entry.word and here and entry.shown not in taken and works(entry.action):
            taken.add(entry.shown)
            (right if entry.id in _ALWAYS else left).append(Key(entry.shown, entry.word, entry.action))
    return key_bar(left, right, width)
