"""The detail of a delivery: tabs over one viewer, and the table of attempts."""

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.widgets import Input

from client.inspector import Side
from client.tui.keymap import bindings
from client.tui.model.content import MODES, Mode
from client.tui.model.contents import Contents, Key, Shown
from client.tui.model.exchange_page import Look, tab_page
from client.tui.model.spans import BLANK, EMPTY, Line, Span, justify
from client.tui.model.tabs import ATTEMPTS, RAW, REQUEST, RESPONSE, TABS, tabs
from client.tui.model.title import header_line, title_line
from client.tui.widgets.attempt_table import AttemptTable
from client.tui.widgets.frame import Frame
from client.tui.widgets.line_input import LineInput
from client.tui.widgets.tab_bar import TabBar
from client.tui.widgets.viewer import Viewer
from client.views import AttemptView, DeliveryDetail, MessageView
from client.wording import Signs, number


class FindInput(LineInput):
    """What is looked for in the page; there only while it is asked."""

    DEFAULT_CSS = """
    FindInput { padding: 0 1; background: $surface; display: none; }
    FindInput.-asked { display: block; }
    FindInput.-nowhere { color: $error; }
    """


class DetailPane(Frame):
    """Shows one attempt of one delivery, a tab at a time."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("detail")

    class ContentWanted(Message):
        """A content has to be fetched or prepared before it can be shown."""

        def __init__(self, key: Key, content_type: str, mode: Mode) -> None:
            super().__init__()
            self.key = key
            self.content_type = content_type
            self.mode = mode

    def __init__(
        self,
        contents: Contents,
        *,
        clock: Callable[[], float],
        signs: Signs,
        id: str | None = None,  # noqa: A002 - Textual's
    ) -> None:
        super().__init__(id=id, head=self._head_line, foot=self._foot_line)
        self._contents = contents
        self._clock = clock
        self.look = Look(signs)
        self.detail: DeliveryDetail | None = None
        self.tab = REQUEST
        self._chosen: int | None = None
        self._partial: dict[Key, Shown] = {}
        self._wanted: set[tuple[Key, Mode]] = set()
        self._tops: dict[int, int] = {}
        self.tab_bar = TabBar(under=signs.heavy)
        self.viewer = Viewer(id="viewer")
        self.table = AttemptTable(clock=clock, signs=signs, id="attempts")
        self.find_input = FindInput("find in what is shown", id="find")

    def compose(self) -> ComposeResult:
        """Put tabs, viewer and table below each other."""
        yield self.head
        yield self.tab_bar
        yield self.viewer
        yield self.table
        yield self.find_input
        yield self.foot

    def on_mount(self) -> None:
        """Begin with nothing to show."""
        self._refresh_page()

    @property
    def attempt(self) -> AttemptView | None:
        """The attempt that is shown: the chosen one, else the newest."""
        if self.detail is None or not self.detail.attempts:
            return None
        chosen = [one for one in self.detail.attempts if one.number == self._chosen]
        return chosen[0] if chosen else self.detail.attempts[-1]

    def show(self, detail: DeliveryDetail | None) -> None:
        """Show a delivery; what is the same one as before stays where it was scrolled to."""
        same = detail is not None and self.detail is not None and detail.summary.id == self.detail.summary.id
        if not same:
            self._chosen = None
            self._tops.clear()
            self._partial.clear()
            self._wanted.clear()
            self.viewer.find("")
            self.find_input.remove_class("-asked")
        elif detail == self.detail:
            return
        self.detail = detail
        self._refresh_page(keep=same)

    def choose(self, number_: int) -> None:
        """Show an attempt in all tabs."""
        self._chosen = number_
        self._tops.clear()
        self.show_tab(RESPONSE)

    def show_newest(self) -> None:
        """Show the newest attempt again."""
        self._chosen = None

    def show_tab(self, tab: int) -> None:
        """Go to a tab."""
        self._tops[self.tab] = self.viewer.top
        self.tab = tab % len(TABS)
        self._refresh_page(keep=False)

    @property
    def page(self) -> Viewer | AttemptTable:
        """The widget that shows the tab."""
        return self.table if self.tab == ATTEMPTS else self.viewer

    def focus_page(self) -> None:
        """Give the keys to the tab's page."""
        self.screen.set_focus(self.page)

    def next_mode(self) -> None:
        """Show contents in the next view: auto, pretty, raw, hex."""
        self._change(replace(self.look, mode=MODES[(MODES.index(self.look.mode) + 1) % len(MODES)]))

    def toggle_wrap(self) -> None:
        """Fold long lines, or cut them."""
        self._change(replace(self.look, wrap=not self.look.wrap))

    def toggle_fields(self) -> None:
        """Show all fields, or the telling ones."""
        self._change(replace(self.look, all_fields=not self.look.all_fields))

    def _change(self, look: Look) -> None:
        self.look = look
        self._refresh_page(keep=True)

    def _refresh_page(self, *, keep: bool = False) -> None:
        detail, attempt = self.detail, self.attempt
        self.tab_bar.show(tabs(detail, attempt, self.look.signs), self.tab)
        self.tab_bar.display = detail is not None
        self._show_widget()
        if detail is not None and attempt is not None:
            self.table.show(detail, attempt.number)
            if self.tab != ATTEMPTS:
                self._show_page(detail, attempt, self.viewer.top if keep else self._tops.get(self.tab, 0))
        self.update_lines()

    def _show_widget(self) -> None:
        page = self.page
        other = self.viewer if page is self.table else self.table
        page.display = True
        if other.has_focus:  # before it goes: hidden with the keys, it would leave them to any other widget
            self.screen.set_focus(page)
        other.display = False

    def _show_page(self, detail: DeliveryDetail, attempt: AttemptView, top: int) -> None:
        request = response = None
        if self.tab in (REQUEST, RAW):
            request = self._shown(detail, attempt, "request", attempt.request)
        if self.tab in (RESPONSE, RAW):
            response = self._shown(detail, attempt, "response", attempt.response)
        page = tab_page(self.tab, detail, attempt, request=request, response=response, look=self.look)
        self.viewer.show(page, top=top)

    def _shown(
        self, detail: DeliveryDetail, attempt: AttemptView, side: Side, message: MessageView | None
    ) -> Shown | None:
        if message is None:
            return None
        key = Key(detail.summary.id, attempt.number, side, message.captured_bytes)
        shown = self._contents.at_hand(key, self.look.mode)
        if shown is None and (key, self.look.mode) not in self._wanted:
            self._wanted.add((key, self.look.mode))
            self.post_message(self.ContentWanted(key, message.content_type, self.look.mode))
        return shown or self._partial.get(key)

    def content_came(self, key: Key, shown: Shown) -> None:
        """Show content that was waited for."""
        if shown.whole:
            self._partial.pop(key, None)
            self._wanted = {one for one in self._wanted if one[0] != key}
        else:
            self._partial[key] = shown
        if self.detail is not None and key.delivery_id == self.detail.summary.id:
            self._refresh_page(keep=True)

    def content_missing(self, key: Key) -> None:
        """Show that a content cannot be had; another view asks again."""
        self._partial.pop(key, None)

    @property
    def finding(self) -> bool:
        """True while the line that asks what to find is open."""
        return self.find_input.has_class("-asked")

    def ask_find(self) -> None:
        """Open the line that asks what to find."""
        self.find_input.add_class("-asked")
        self.screen.set_focus(self.find_input)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Find while it is typed."""
        event.stop()
        found = self.viewer.find(event.value)
        self.find_input.set_class(not found, "-nowhere")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go back to the page, where n and N go on."""
        event.stop()
        self.end_find(keep=True)

    def end_find(self, *, keep: bool = False) -> None:
        """Close the line; without `keep` nothing stays marked."""
        if not keep:
            self.find_input.value = ""
            self.viewer.find("")
        self.find_input.remove_class("-asked")
        self.focus_page()

    def on_viewer_scrolled(self) -> None:
        """Say where the page is."""
        self.update_lines()

    def _head_line(self, width: int) -> Line:
        if self.styles.border_top[0]:
            return title_line(self.detail, now=self._clock(), width=width, signs=self.look.signs)
        return header_line(self.detail, self.attempt, now=self._clock(), width=width, signs=self.look.signs)

    def _foot_line(self, width: int) -> Line:
        detail, attempt, signs = self.detail, self.attempt, self.look.signs
        if detail is None or attempt is None:
            return EMPTY
        left: Line = EMPTY
        if self.tab != ATTEMPTS and self.viewer.lines:
            left = (Span(f"line {number(self.viewer.top + 1)} of {number(self.viewer.lines)} ", "muted"),)
        find: Line = EMPTY if self.tab == ATTEMPTS else (Span("[/]", "button", "screen.find"), Span(" find", "muted"))
        number_: Line = EMPTY
        if len(detail.attempts) > 1:
            number_ = (Span(f"attempt {attempt.number} of {len(detail.attempts)}", "accent"),)
        gap: Line = (Span("  "),) if find and number_ else EMPTY
        right: Line = (BLANK, *number_, *gap, *find) if find or number_ else EMPTY
        if not left and not right:
            return EMPTY
        if not self.styles.border_top[0]:
            return justify((BLANK, *left), (*right, BLANK), width, more=signs.more)
        return justify(left, right, width, fill=Span(signs.rule, "muted"), more=signs.more)
