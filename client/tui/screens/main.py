"""The main screen: the list, the detail beside it or over it, and the bars around them."""

import os
from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.screen import Screen

from client.tui.footer import footer_line
from client.tui.keymap import Where, bindings
from client.tui.model.row_line import head_line
from client.tui.model.spans import Line
from client.tui.model.tabs import TABS
from client.tui.model.working import Situation, works
from client.tui.screens.background import run
from client.tui.screens.chrome import Chrome
from client.tui.screens.copy_menu import CopyMenu
from client.tui.screens.filtering import Filtering
from client.tui.screens.looking import Looking
from client.tui.screens.sending import Sending
from client.tui.screens.watching import Watching
from client.tui.session import Session
from client.tui.widgets.attempt_table import AttemptTable
from client.tui.widgets.banner import Banner
from client.tui.widgets.bar import Bar
from client.tui.widgets.delivery_list import DeliveryList
from client.tui.widgets.detail import DetailPane
from client.tui.widgets.empty_panel import EmptyPanel
from client.tui.widgets.filter_bar import FilterBar
from client.tui.widgets.frame import Frame
from client.views import DeliverySummary, Edits
from client.wording import Signs

_TINY_CELLS, _TINY_LINES = 40, 8


class MainScreen(Screen[None]):
    """Shows a session."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("main")
    AUTO_FOCUS = None
    HORIZONTAL_BREAKPOINTS = [(0, "-minimal"), (60, "-one"), (110, "-two")]  # noqa: RUF012 - Textual declares it so
    VERTICAL_BREAKPOINTS = [(0, "-short"), (12, "-tall")]  # noqa: RUF012

    class ClientEnded(Message):
        """There is nothing to look at any more."""

    def __init__(self, session: Session, *, signs: Signs) -> None:
        super().__init__()
        self._session = session
        self._signs = signs
        chrome = Chrome(session, signs=signs, bordered=lambda: self.has_class("-two"))
        self._top = Bar(chrome.top, id="top")
        self._notice = Banner(chrome.notice, id="notice")
        self._filter = FilterBar(id="filter")
        self._head = Bar(lambda _width: head_line(self._list.shape), id="columns")
        self._list = DeliveryList(session.browser, clock=session.clock, signs=signs, id="list")
        self._frame = Frame(id="deliveries", head=chrome.list_title, foot=chrome.list_foot)
        self._empty = EmptyPanel(chrome.empty, id="empty")
        self._detail = DetailPane(session.contents, clock=session.clock, signs=signs, id="detail")
        self._keys = Bar(self._key_line, id="keys")
        self._tiny = Bar(chrome.tiny, id="tiny")
        self._watching = Watching(self, session, changed=self._changed, status=self._status_shown, gone=self._gone)
        self._looking = Looking(self, session, self._detail, visible=self._detail_visible)
        self._filtering = Filtering(self, session, self._filter, shown=self._rows_shown)
        self._sending = Sending(self, session, self._detail, signs=signs, environ=os.environ)

    def compose(self) -> ComposeResult:
        """Put the bars around list and detail."""
        yield self._top
        yield self._notice
        yield self._filter
        with Horizontal(id="panes"):
            with self._frame:
                yield self._head
                yield self._list
                yield self._frame.foot
            yield self._detail
        yield self._empty
        yield self._keys
        yield self._tiny

    def on_mount(self) -> None:
        """Begin to look."""
        self.add_class("-empty")
        self.set_focus(self._list)
        self._watching.begin()

    def _gone(self) -> None:
        self.post_message(self.ClientEnded())

    def _changed(self, rows: Sequence[DeliverySummary]) -> None:
        self._rows_shown()
        self._looking.changed(rows)

    def _rows_shown(self) -> None:
        self.set_class(empty := not len(self._session.browser.rows), "-empty")
        if empty and self._in_detail():
            self.remove_class("-open", "-zoom-detail")
            self.set_focus(self._list)
        self._list.rows_changed()
        if self._session.browser.query:
            self._filtering.note()
        self._looking.changed(())
        self._status_shown()

    def _status_shown(self) -> None:
        for part in (self._top, self._notice, self._empty, self._tiny, self._keys):
            part.update()
        self._frame.update_lines()

    def on_resize(self) -> None:
        """Choose what there is room for."""
        tiny = self.size.width < _TINY_CELLS or self.size.height < _TINY_LINES
        self.set_class(tiny, "-tiny")
        self._list.minimal = self.has_class("-minimal")
        if not self.has_class("-two") and self._in_detail():
            self.add_class("-open")
        self.call_after_refresh(self._rows_shown)

    def _key_line(self, width: int) -> Line:
        return footer_line(width, where=self._where(), works=self._works)

    def _where(self) -> Where:
        if isinstance(self.focused, AttemptTable):
            return "attempts"
        return "viewer" if self._in_detail() else "list"

    def _works(self, action: str) -> bool:
        return self.check_action(action.removeprefix("screen.").partition("(")[0], ())

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool:
        """Tell whether an action can be run now."""
        browser = self._session.browser
        shown = self._detail.detail is not None and self._detail_visible()
        situation = Situation(
            row=browser.selected is not None,
            tab=self._detail.tab if shown else None,
            two_panes=self.has_class("-two"),
            listed=bool(len(browser.rows) or browser.query),
            filtered=self._filtering.usable,
        )
        return works(action, situation)

    def _detail_visible(self) -> bool:
        return self.has_class("-two") or self.has_class("-open")

    def _in_detail(self) -> bool:
        return self.focused is not None and self._detail in self.focused.ancestors_with_self

    def on_descendant_focus(self) -> None:
        """Show the keys of the part that has them now."""
        self._keys.update()

    def on_delivery_list_moved(self) -> None:
        """Follow the selection with the detail."""
        self._looking.moved()
        self._frame.update_lines()
        self._keys.update()

    def on_delivery_list_reshaped(self) -> None:
        """Name the columns that there are now."""
        self._head.update()

    def on_delivery_list_opened(self) -> None:
        """Go to the detail, which stays where it is from now on."""
        self._session.browser.pause()
        self.add_class("-open")
        self.remove_class("-zoom-list")
        self._looking.now()
        self._detail.focus_page()

    def on_delivery_list_rows_missing(self, event: DeliveryList.RowsMissing) -> None:
        """Fetch rows that came into sight."""
        self._watching.fetch(event.first, event.last)

    def on_detail_pane_content_wanted(self, event: DetailPane.ContentWanted) -> None:
        """Fetch a content."""
        self._looking.content_wanted(event)

    def on_attempt_table_chosen(self, event: AttemptTable.Chosen) -> None:
        """Show an attempt."""
        self._detail.choose(event.number)

    def on_filter_bar_changed(self, event: FilterBar.Changed) -> None:
        """Evaluate the filter."""
        self._filtering.ask(event.query)

    def on_filter_bar_left(self) -> None:
        """Go back from the filter to the list."""
        self.set_focus(self._list)

    def action_back(self) -> None:
        """Go one level back: from finding, from the zoom, from the detail."""
        if self._detail.finding:
            self._detail.end_find()
        elif self.has_class("-zoom-detail"):
            self.remove_class("-zoom-detail")
        else:
            self.remove_class("-open")
            self.set_focus(self._list)

    def action_newest(self) -> None:
        """Go to the newest delivery and follow."""
        self._list.action_newest()

    def action_follow(self) -> None:
        """Follow, or pause."""
        self._session.browser.toggle_follow()
        self._rows_shown()

    def action_filter(self) -> None:
        """Go to the filter box."""
        self.remove_class("-open")
        self.set_focus(self._filter.input)

    def action_filter_toggle(self) -> None:
        """Take the filter away, or put the last one back."""
        self._filtering.toggle()

    def action_find(self) -> None:
        """Ask what to find."""
        self._detail.ask_find()

    def action_find_next(self, step: int) -> None:
        """Go to the next match."""
        self._detail.viewer.find_next(step)

    def action_step(self, rows: int) -> None:
        """Go to another delivery, without leaving the detail."""
        self._list.action_move(rows)

    def action_pane(self) -> None:
        """Go to the other pane."""
        if self._in_detail():
            self.set_focus(self._list)
        else:
            self._detail.focus_page()

    def action_zoom(self) -> None:
        """Show the focused pane alone, or both."""
        if self.has_class("-zoom-list") or self.has_class("-zoom-detail"):
            self.remove_class("-zoom-list", "-zoom-detail")
        elif self.has_class("-two"):
            self.add_class("-zoom-detail" if self._in_detail() else "-zoom-list")
        elif self._in_detail():
            self.action_back()
        else:
            self.on_delivery_list_opened()

    def action_tab(self, number: int) -> None:
        """Show a tab."""
        self._detail.show_tab(number)
        self._keys.update()

    def action_tab_step(self, step: int) -> None:
        """Show the next tab."""
        self.action_tab((self._detail.tab + step) % len(TABS))

    def action_view(self) -> None:
        """Show the body another way."""
        self._detail.next_mode()

    def action_wrap(self) -> None:
        """Fold long lines, or cut them."""
        self._detail.toggle_wrap()

    def action_headers(self) -> None:
        """Show all headers, or the telling ones."""
        self._detail.toggle_fields()

    def action_replay(self, resign: bool = False) -> None:
        """Send the selected delivery to the app again, as it was or signed afresh."""
        if (row := self._session.browser.selected) is not None:
            run(self, partial(self._sending.replay, row, Edits(resign=resign)), group="replay")

    def action_copy(self) -> None:
        """Ask what to copy."""
        self.app.push_screen(CopyMenu(signs=self._signs, delivery=self._detail.detail is not None), self._copy)

    def action_copy_curl(self) -> None:
        """Copy as a cURL line."""
        self._copy("curl")

    def _copy(self, what: str | None) -> None:
        if what:
            run(self, partial(self._sending.copy, what), group="copy")

    def action_save(self) -> None:
        """Write the body to a file."""
        run(self, self._sending.save, group="save")

    def action_pager(self) -> None:
        """Show the body in a pager."""
        run(self, self._sending.page, group="pager")
