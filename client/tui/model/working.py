"""Which actions can be run in which situation: what does not work is neither run nor shown."""

from dataclasses import dataclass

from client.tui.model.tabs import ATTEMPTS, REQUEST, RESPONSE

_NEEDS_ROW = frozenset({"replay", "open", "copy_curl", "step", "zoom"})
_NEEDS_DETAIL = frozenset({"tab", "tab_step"})
_NEEDS_PAGE = frozenset({"find", "find_next"})
_NEEDS_MESSAGE = frozenset({"view", "wrap", "headers", "save", "pager"})
_NEEDS_LIST = frozenset({"filter", "follow", "newest"})


@dataclass(frozen=True, slots=True)
class Situation:
    """What the screen shows."""

    row: bool
    """A row is selected and at hand."""
    tab: int | None
    """The detail's tab; None: no detail is shown."""
    two_panes: bool
    listed: bool
    """There are rows, or a filter that hides them."""
    filtered: bool
    """There is a filter to be taken away or put back."""


def works(action: str, now: Situation) -> bool:
    """Tell whether an action can be run now."""
    if action in _NEEDS_ROW:
        return now.row
    if action in _NEEDS_DETAIL:
        return now.tab is not None
    if action in _NEEDS_PAGE:
        return now.tab not in (None, ATTEMPTS)
    if action in _NEEDS_MESSAGE:
        return now.tab in (REQUEST, RESPONSE)
    if action in _NEEDS_LIST:
        return now.listed
    if action == "pane":
        return now.two_panes and now.row
    if action == "filter_toggle":
        return now.filtered
    return True
