"""What two exchanges differ in."""

from client.deliveries.diff.compare import compare
from client.deliveries.diff.model import Change, Diff, Message, Part
from client.deliveries.diff.render import render

__all__ = ["Change", "Diff", "Message", "Part", "compare", "render"]
