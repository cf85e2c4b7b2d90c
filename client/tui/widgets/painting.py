"""Turns lines into what Textual draws."""

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from client.tui.model.spans import Line, Span, fit, width_of


def paint(widget: Widget, line: Line, width: int, *, over: Style | None = None) -> Strip:
    """Give a line in the colours of `widget`'s theme, cut or padded to `width` cells.

    Args:
        widget: has the tones among its component classes.
        line: what is drawn.
        width: cells.
        over: laid over every tone, as a cursor is.
    """
    base = widget.rich_style
    if over is not None:
        base += over
    segments = [Segment(one.text, _style(widget, one, base, over)) for one in fit(line, width)]
    return Strip(segments, width_of(line) if width_of(line) <= width else None).adjust_cell_length(width, base)


def _style(widget: Widget, one: Span, base: Style, over: Style | None) -> Style:
    style = base
    if one.tone != "plain":
        style += widget.get_component_rich_style(f"tone--{one.tone}", partial=True)
        if over is not None:
            style += Style(bgcolor=over.bgcolor)
    if one.action:
        style += Style.from_meta({"@click": one.action})
    return style
