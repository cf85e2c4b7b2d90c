"""Shows differences as lines of text, for a terminal with colours or without."""

from collections.abc import Iterator

from client.deliveries.diff.model import Change, Diff, Part
from shared.printable import printable_line

_RESET = "\x1b[0m"
_COLOURS = {"-": "\x1b[31m", "+": "\x1b[32m", "@": "\x1b[36m", "─": "\x1b[2m", "~": "\x1b[33m"}
_FORMS = {"line": "", "fields": "", "json": "JSON, by structure", "text": "text, by line", "bytes": "bytes"}


def render(diff: Diff, *, colour: bool = False) -> str:
    """Give the parts that differ, each with its changes; empty when nothing differs.

    Everything that was captured is made printable; colour only repeats what the sign before a line says.
    """
    lines = [line for part in diff.parts if part.count for line in _part(part)]
    if colour:
        lines = [f"{_COLOURS[line[0]]}{line}{_RESET}" if line[:1] in _COLOURS else line for line in lines]
    return "".join(f"{line}\n" for line in lines)


def _part(part: Part) -> Iterator[str]:
    said: list[str] = [part.name]
    if _FORMS[part.form]:
        said.append(_FORMS[part.form])
    if part.form == "fields" and part.same:
        said.append(f"{part.same} same")
    said.append(f"{part.count} change{'' if part.count == 1 else 's'}")
    yield "── " + " ── ".join(said) + " ──"
    for change in part.changes:
        yield from _change(change)
    if part.left_out:
        yield f"~ {part.left_out:,} more"


def _change(change: Change) -> Iterator[str]:
    place = printable_line(change.place)
    if change.kind == "moved":
        yield f"~ {place}: at another place, {printable_line(change.before or '')}"
        return
    if change.kind == "rewritten":
        yield f"~ {place}: {printable_line(change.after or '')}"
        return
    yield f"@ {place}"
    if change.before is not None:
        yield f"- {printable_line(change.before)}"
    if change.after is not None:
        yield f"+ {printable_line(change.after)}"
