"""Compares two exchanges part by part."""

from client.deliveries.diff.content import compare_content
from client.deliveries.diff.fields import compare_fields
from client.deliveries.diff.model import Change, Diff, Form, Message, Part, PartName, clip, clipped

MOST_CHANGES = 1_000
"""Changes of one part that are listed; the rest is counted."""

_NAMES: tuple[tuple[PartName, PartName, PartName], ...] = (
    ("request line", "request fields", "request body"),
    ("outcome", "response fields", "response body"),
)


def compare(
    before: tuple[Message, Message | None], after: tuple[Message, Message | None], *, ignore_order: bool = False
) -> Diff:
    """Give everything in which two exchanges differ.

    Args:
        before: request and response; None: there is no response at all.
        after: the other exchange.
        ignore_order: fields and items of JSON lists may stand in any order.
    """
    parts = _message(_NAMES[0], before[0], after[0], ignore_order=ignore_order)
    if before[1] is not None or after[1] is not None:
        nothing = Message(())
        parts += _message(_NAMES[1], before[1] or nothing, after[1] or nothing, ignore_order=ignore_order)
    return Diff(tuple(parts))


def _message(
    names: tuple[PartName, PartName, PartName], before: Message, after: Message, *, ignore_order: bool
) -> list[Part]:
    fields, same = compare_fields(before.fields, after.fields, ignore_order=ignore_order)
    form, changes, alike = compare_content(before.content, after.content, ignore_order=ignore_order)
    if not (before.whole and after.whole):
        what = [None if one.whole else "cut: not captured whole, the rest is not compared" for one in (before, after)]
        changes = [*changes, Change("changed", "capture", *(said or "whole" for said in what))]
    return [
        _part(names[0], "line", *_line(before, after)),
        _part(names[1], "fields", fields, same),
        _part(names[2], form, changes, alike),
    ]


def _part(name: PartName, form: Form, changes: list[Change], same: int) -> Part:
    return Part(name, form, tuple(changes[:MOST_CHANGES]), same, max(0, len(changes) - MOST_CHANGES))


def _line(before: Message, after: Message) -> tuple[list[Change], int]:
    old, new = dict(before.line), dict(after.line)
    changes: list[Change] = []
    for name in dict.fromkeys((*old, *new)):
        a, b = old.get(name), new.get(name)
        if a is None and b is not None:
            changes.append(Change("added", name, None, clip(b)))
        elif a is not None and b is None:
            changes.append(Change("removed", name, clip(a)))
        elif a is not None and b is not None and a != b:
            changes.append(Change("changed", name, *clipped(a, b)))
    return changes, len(old.keys() | new.keys()) - len(changes)
