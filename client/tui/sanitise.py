"""The last line of defence: no control character leaves for the terminal from any widget, whatever put it there."""

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from shared.printable import printable_line


class ControlFilter(LineFilter):
    """Replaces what could steer a terminal in every segment that is drawn."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Give the segments with pictures in place of controls."""
        del background
        return [
            segment
            if segment.text.isprintable()
            else Segment(printable_line(segment.text), segment.style, segment.control)
            for segment in segments
        ]
