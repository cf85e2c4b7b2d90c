"""Deliveries as lines of text: arrows for people and screen readers, JSON for programs.

Lines about deliveries go to `out`, what is said about the link goes to `narration`.
"""

import json
import re
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from typing import Literal, Protocol, TextIO

import msgspec

from client.explanations import explain_line
from client.inspector import Inspector, UnknownDelivery
from client.pen import Pen
from client.views import AttemptView, Change, DeliverySummary, SignatureView, Status
from client.wording import (
    ASCII,
    UNICODE,
    Role,
    Signs,
    duration,
    kind,
    link,
    result,
    short_origin,
    signature,
    size,
    time_of_day,
)
from shared.printable import printable_line

_REMEMBERED = 10_000
"""Attempts whose lines are not written twice; older ones are not heard of again."""

_COLOURS: Mapping[Role, str] = {"success": "32", "accent": "36", "warning": "33", "error": "31", "muted": "2"}
_DEADLINE = re.compile(r"\bof \d[\d.]* (?:ms|s|min|h)\b")
_INDENT = " " * 13
_DEL = "\x7f"
_REFUSALS = frozenset({400, 401, 403})
"""What an app answers when it does not like a signature."""


class View(Protocol):
    """What turns changes into lines."""

    async def show(self, change: Change) -> None:
        """Write what a change is worth saying."""
        ...


async def follow(
    inspector: Inspector,
    form: Literal["lines", "json"],
    *,
    out: TextIO,
    narration: TextIO,
    environ: Mapping[str, str],
    ascii_only: bool = False,
) -> None:
    """Write the state, then every change; ends when the client does, or when nobody reads `out` any more.

    Args:
        inspector: whose deliveries.
        form: arrows, or one JSON object a line.
        out: for deliveries, standard output.
        narration: for the state of the link, standard error.
        environ: the environment: `NO_COLOR` and `TERM` decide on colour and signs.
        ascii_only: use no sign beyond ASCII.
    """
    pen = Pen()
    view: View
    if form == "json":
        view = Objects(pen=pen, out=out, narration=narration)
    else:
        signs = ASCII if ascii_only or needs_ascii(out, environ) else UNICODE
        colour = wants_colour(out, environ)
        view = Arrows(inspector, pen=pen, out=out, narration=narration, colour=colour, signs=signs)
    try:
        await view.show(Change(number=0, status=await inspector.status()))
        async for change in inspector.changes():
            await view.show(change)
            if pen.broken:
                return
    finally:
        pen.close()


def wants_colour(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Tell whether `stream` is a terminal whose user has not refused colour."""
    return stream.isatty() and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"


def needs_ascii(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Tell whether `stream` cannot show more than ASCII."""
    encoding = (getattr(stream, "encoding", None) or "utf-8").lower().replace("-", "")
    return environ.get("TERM") == "linux" or not encoding.startswith("utf")


class Narration:
    """Says the link's state, the local API's address and trouble with the history, each when it has changed."""

    def __init__(self, *, pen: Pen, stream: TextIO, signs: Signs = UNICODE) -> None:
        self._pen = pen
        self._stream = stream
        self._signs = signs
        self._said: dict[str, str] = {}

    def show(self, status: Status) -> None:
        """Write a line for each thing that is not as it was said last."""
        if status.link == "refused":  # the command ends with the same sentence
            return
        steady = msgspec.structs.replace(status, round_trip_seconds=None, retry_at=None)
        phrase = str(link(steady, 0, signs=self._signs))
        self._say("link", " ".join(filter(None, [phrase, status.detail])), *self._routes(status))
        if status.link == "online" and status.inspect_url:
            self._say("api", f"local API {status.inspect_url}")
        self._say("history", *filter(None, [status.history]))

    def _routes(self, status: Status) -> list[str]:
        return [
            f"{url} {self._signs.arrow} {short_origin(tunnel.origin)}"
            for tunnel in (status.tunnels if status.link == "online" else ())
            for url in tunnel.public_urls[:1]
        ]

    def _say(self, what: str, *lines: str) -> None:
        said = "\n".join(map(printable_line, lines))
        if said and said != self._said.get(what):
            self._pen.write(self._stream, said)
        self._said[what] = said


class Objects:
    """One JSON object a line for each state of a delivery, all in ASCII."""

    def __init__(self, *, pen: Pen, out: TextIO, narration: TextIO) -> None:
        self._pen = pen
        self._out = out
        self._narration = Narration(pen=pen, stream=narration)
        self._said: OrderedDict[int, DeliverySummary] = OrderedDict()

    async def show(self, change: Change) -> None:
        """Write a delivery's new state as an object."""
        if change.status is not None:
            self._narration.show(change.status)
        row = change.delivery
        if row is not None and row != self._said.get(row.seq):
            self._said[row.seq] = row
            if len(self._said) > _REMEMBERED:
                self._said.popitem(last=False)
            self._pen.write(self._out, json_line(row))


def json_line(row: DeliverySummary) -> str:
    """Give a delivery as a JSON object; what is not ASCII is escaped, so that nothing in it steers a terminal."""
    return json.dumps(msgspec.to_builtins(row)).replace(_DEL, "\\u007f")


class Arrows:
    """`-->` when a delivery arrives, `<--` when the app has answered, and a sentence when something is wrong."""

    def __init__(
        self,
        inspector: Inspector,
        *,
        pen: Pen,
        out: TextIO,
        narration: TextIO,
        colour: bool = False,
        signs: Signs = UNICODE,
    ) -> None:
        self._inspector = inspector
        self._pen = pen
        self._out = out
        self._narration = Narration(pen=pen, stream=narration, signs=signs)
        self._colour = colour
        self._signs = signs
        self._attempts: OrderedDict[tuple[str, int], bool] = OrderedDict()
        self._last: tuple[str, int] | None = None
        self._answered: tuple[str, int] | None = None
        self._awaited: set[tuple[str, int]] = set()
        """Whose signature's cause is still being looked for."""

    async def show(self, change: Change) -> None:
        """Write what a change is worth saying."""
        if change.status is not None:
            self._narration.show(change.status)
        if change.delivery is not None:
            await self._show_delivery(change.delivery)

    async def _show_delivery(self, row: DeliverySummary) -> None:
        key = (row.id, row.attempts)
        finished = self._attempts.get(key)
        if row.kind != "received" and not finished and (made := await self._attempt(row)) is not None:
            row = msgspec.structs.replace(row, received_at=made.started_at)  # of this attempt, not of the delivery
        if finished is None:
            self._pen.write(self._out, self.arrival(row))
            self._remember(key, finished=False)
            self._last, self._answered = key, None
        if row.state != "pending" and not finished:
            self._remember(key, finished=True)
            self._pen.write(self._out, self.answer(row, named=self._last != key, late=finished is False))
            self._last, self._answered = None, key
            for line in await self._trouble(row):
                self._pen.write(self._out, line)
        elif key in self._awaited:
            for line in await self._cause(row, key):
                self._pen.write(self._out, line)

    def _remember(self, key: tuple[str, int], *, finished: bool) -> None:
        self._attempts[key] = finished
        if len(self._attempts) > _REMEMBERED:
            self._awaited.discard(self._attempts.popitem(last=False)[0])

    def arrival(self, row: DeliverySummary) -> str:
        """Give `14:03:22  --> call.ended [evt_abc123] POST /hooks 412 B  ✓ talkifai`."""
        parts = [self._paint(time_of_day(row.received_at), "muted"), "", self._paint("-->", "accent")]
        if row.event_type:
            parts.append(self._paint(row.event_type, "plain"))
        parts += [f"[{printable_line(row.event_id or row.id)}]", printable_line(f"{row.method} {row.target}")]
        parts.append(size(row.size_bytes))
        if row.kind != "received":
            parts.append(self._paint(f"({kind(row.kind)}, attempt {row.attempts})", "accent"))
        return " ".join([*parts, *self._verdict(row)])

    def answer(self, row: DeliverySummary, *, named: bool = False, late: bool = False) -> str:
        """Give `14:03:22 <-- 200 38 ms of 10 s`.

        Args:
            row: the delivery, answered or failed.
            named: its arrival is not the line above: name the event.
            late: its arrival was written before its content was known: say what it turned out to be.
        """
        phrase = result(row.state, row.status, row.failure, healthy=row.healthy, signs=self._signs)
        at = row.received_at + (row.duration_seconds or 0)
        parts = [self._paint(time_of_day(at), "muted"), self._paint("<--", phrase.role)]
        parts.append(self._paint(str(phrase) if row.failure or row.status is None else phrase.word, phrase.role))
        if row.duration_seconds is not None:
            deadline = _DEADLINE.search(row.clock)
            parts.append(" ".join(filter(None, [duration(row.duration_seconds), deadline and deadline.group()])))
        if late and row.event_type:
            parts += ["", printable_line(row.event_type)]
        if named or (late and row.event_id):
            parts.append(f"[{printable_line(row.event_id or row.id)}]")
        return " ".join([*parts, *(self._verdict(row) if late else [])])

    def _verdict(self, row: DeliverySummary) -> list[str]:
        if not row.provider:
            return []
        phrase = signature(row.signature, signs=self._signs)
        return ["", self._paint(f"{phrase.sign} {row.provider}", phrase.role)]

    async def _trouble(self, row: DeliverySummary) -> list[str]:
        lines = [] if row.healthy or not row.clock else [self._sentence(row.clock, "warning")]
        refused = row.signature == "valid" and row.status in _REFUSALS
        if row.signature in ("valid", "unconfigured") and not row.failure and row.state == "answered" and not refused:
            return lines
        if (attempt := await self._attempt(row)) is None:
            return lines
        said = [self._sentence(text, "error") for text in filter(None, [explain_line(attempt), attempt.blame])]
        if attempt.signature.searching:
            self._awaited.add((row.id, row.attempts))
            return said + lines
        return [*said, *self._reasons(attempt.signature), *lines]

    async def _cause(self, row: DeliverySummary, key: tuple[str, int]) -> list[str]:
        """Say what was found out about a signature after the app's answer, once it was."""
        attempt = await self._attempt(row)
        if attempt is not None and attempt.signature.searching:
            return []
        self._awaited.discard(key)
        named = "" if self._answered == key else f" of [{row.event_id or row.id}]"
        return [] if attempt is None else self._reasons(attempt.signature, named, late=True)

    async def _attempt(self, row: DeliverySummary) -> AttemptView | None:
        with suppress(UnknownDelivery):  # cleared meanwhile
            attempts = (await self._inspector.delivery(row.id)).attempts
            return next((one for one in attempts if one.number == row.attempts), None)
        return None

    def _reasons(self, verdict: SignatureView, named: str = "", *, late: bool = False) -> list[str]:
        if verdict.state == "valid" and late:
            return [_INDENT + self._paint(f"{self._signs.good} signature{named} valid: {verdict.sentence}", "success")]
        if verdict.state not in ("invalid", "unverifiable"):
            return []
        role: Role = "error" if verdict.state == "invalid" else "warning"
        said = self._sentence(f"signature{named} {verdict.state} ({verdict.reason}): {verdict.sentence}", role)
        step = f"{_INDENT}  {self._paint(f'{self._signs.arrow} {verdict.next_step}', 'plain')}"
        return [said, step] if verdict.next_step else [said]

    def _sentence(self, text: str, role: Role) -> str:
        sign = self._signs.bad if role == "error" else self._signs.warning
        return _INDENT + self._paint(f"{sign} {text}", role)

    def _paint(self, text: str, role: Role) -> str:
        text, code = printable_line(text), _COLOURS.get(role, "")
        return f"\x1b[{code}m{text}\x1b[0m" if self._colour and code else text
