"""The words and signs in which every front end says the same thing.

Nothing in here colours, escapes or writes: a `Role` is what a theme gives a colour to, and text that came over the wire
is made printable by the view that shows it.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from client.views import AttemptKind, AttemptState, LinkState, SignatureState, Status
from shared.errors import Failure

Role = Literal["success", "accent", "warning", "error", "muted", "plain"]
"""What a phrase means; the word beside it says the same to whoever sees no colour."""


@dataclass(frozen=True, slots=True)
class Signs:
    """One-cell signs that stand before words."""

    good: str = "✓"
    redirect: str = "→"
    warning: str = "!"
    bad: str = "✗"
    down: str = "⊘"
    pending: str = "◌"
    more: str = "…"
    arrow: str = "→"
    replayed: str = "↻"
    pinned: str = "★"
    online: str = "●"
    connecting: str = "◐"
    offline: str = "○"
    following: str = "▼"
    paused: str = "‖"
    marker: str = "▌"
    closed: str = "▸"
    open: str = "▾"
    dot: str = "·"
    rule: str = "─"
    heavy: str = "━"
    back: str = "←"


UNICODE = Signs()
ASCII = Signs(
    good="+",
    redirect=">",
    warning="!",
    bad="x",
    down="E",
    pending="~",
    more="..",
    arrow="->",
    replayed="*",
    pinned="P",
    online="*",
    connecting="~",
    offline="o",
    following="v",
    paused="=",
    marker=">",
    closed=">",
    open="v",
    dot="-",
    rule="-",
    heavy="=",
    back="<",
)


class Phrase(NamedTuple):
    """A sign, the word that says it again, and what it means."""

    sign: str
    word: str
    role: Role

    def __str__(self) -> str:
        """Give sign and word as shown without colour."""
        return f"{self.sign} {self.word}" if self.sign else self.word


_FAILURE_WORDS: Mapping[str, str] = {
    Failure.ORIGIN_REFUSED: "down",
    Failure.ORIGIN_UNREACHABLE: "down",
    Failure.ORIGIN_DNS: "dns",
    Failure.ORIGIN_TLS: "tls",
    Failure.ORIGIN_CLOSED: "shut",
    Failure.ORIGIN_BAD_RESPONSE: "junk",
    Failure.ORIGIN_TIMEOUT: "time",
    Failure.ORIGIN_CONNECT_TIMEOUT: "time",
    Failure.ORIGIN_TRUNCATED: "cut",
    Failure.SENDER_ABORTED: "gone",
    Failure.SIGNATURE_INVALID: "401",
    Failure.LOOP: "loop",
    Failure.CLIENT_INTERNAL: "bug",
    Failure.ENDPOINT_LOST: "lost",
    "not-sent": "new",
}
"""At most four cells each: they stand in the list's narrow column."""


def result(
    state: AttemptState, status: int | None = None, failure: str = "", *, healthy: bool = True, signs: Signs = UNICODE
) -> Phrase:
    """Give how an attempt ended: `✓ 200`, `! 404`, `✗ 500`, `⊘ down`, `◌ …`.

    Args:
        state: the attempt's.
        status: the app's status code, when there is one.
        failure: a code of the error table, when there is none.
        healthy: False when the provider does not count the answer as success.
        signs: the alphabet.
    """
    if state == "pending":
        return Phrase(signs.pending, signs.more, "muted")
    if failure or status is None:
        word = "stop" if state == "interrupted" else _FAILURE_WORDS.get(failure, "fail")
        return Phrase(signs.down, word, "error")
    word = str(status)
    if status >= 500:  # noqa: PLR2004 - RFC 9110 section 15
        return Phrase(signs.bad, word, "error")
    if status >= 400 or not healthy:  # noqa: PLR2004
        return Phrase(signs.warning, word, "warning")
    if status >= 300:  # noqa: PLR2004
        return Phrase(signs.redirect, word, "accent")
    return Phrase(signs.good, word, "success")


_SIGNATURES: Mapping[SignatureState, tuple[str, Role]] = {
    "valid": ("ok", "success"),
    "invalid": ("BAD", "error"),
    "unverifiable": ("skip", "muted"),
    "unconfigured": ("none", "muted"),
}


def signature(state: SignatureState, *, signs: Signs = UNICODE) -> Phrase:
    """Give a verdict as the list shows it: `ok`, `BAD`, `skip`, `none`; the sign is for places with room."""
    word, role = _SIGNATURES[state]
    sign = {"valid": signs.good, "invalid": signs.bad}.get(state, signs.dot)
    return Phrase(sign, word, role)


_KINDS: Mapping[AttemptKind, str] = {
    "received": "received",
    "retry": "retry",
    "replay": "replay",
    "edit": "edited",
    "resigned": "re-signed",
}


def kind(attempt: AttemptKind) -> str:
    """Give what an attempt was, in a word."""
    return _KINDS[attempt]


_LINKS: Mapping[LinkState, tuple[str, Role]] = {
    "connecting": ("connecting", "warning"),
    "online": ("online", "success"),
    "reconnecting": ("reconnecting", "warning"),
    "offline": ("offline", "error"),
    "refused": ("refused", "error"),
}


def link(status: Status, now: float, *, signs: Signs = UNICODE) -> Phrase:
    """Give the relay's state: `● online 24 ms`, `◐ reconnecting 4 s`, `○ offline`.

    Args:
        status: the client's.
        now: Unix seconds, for the time to the next dial.
        signs: the alphabet.
    """
    word, role = _LINKS[status.link]
    sign = {"success": signs.online, "warning": signs.connecting}.get(role, signs.offline)
    if status.link == "online" and status.round_trip_seconds is not None:
        word += f" {duration(status.round_trip_seconds)}" if status.round_trip_seconds >= 0.001 else " <1 ms"  # noqa: PLR2004
    elif status.link == "reconnecting" and status.retry_at is not None and status.retry_at > now:
        word += f" {round(status.retry_at - now + 0.5)} s"
    return Phrase(sign, word, role)


def duration(seconds: float) -> str:
    """Give a time span for people: `38 ms`, `8.2 s`, `3 min 5 s`, `2 h 10 min`."""
    if seconds < 0.0095:  # noqa: PLR2004 - below this the tenth of a millisecond still says something
        return f"{seconds * 1000:.1f} ms"
    if seconds < 0.9995:  # noqa: PLR2004 - it would read as 1000 ms
        return f"{seconds * 1000:.0f} ms"
    if seconds < 59.95:  # noqa: PLR2004 - it would read as 60.0 s
        return f"{seconds:.1f} s"
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    large, small = ((hours, "h"), (minutes, "min")) if hours else ((minutes, "min"), (rest, "s"))
    return f"{large[0]} {large[1]} {small[0]} {small[1]}" if small[0] else f"{large[0]} {large[1]}"


def size(count: int) -> str:
    """Give a number of bytes for people: `412 B`, `1.4 KB`, `5.0 MB`."""
    amount = float(count)
    if count < 1000:  # noqa: PLR2004
        return f"{count} B"
    for unit in ("KB", "MB", "GB"):
        amount /= 1000
        if amount < 999.5 or unit == "GB":  # noqa: PLR2004
            break
    return f"{amount:.1f} {unit}"


def number(count: int) -> str:
    """Give a count with its thousands apart: `1,204`."""
    return f"{count:,}"


def time_of_day(at: float, *, fraction: bool = False) -> str:
    """Give the local time of a moment: `14:03:22`, with `fraction` `14:03:22.417`.

    Args:
        at: Unix seconds.
        fraction: with milliseconds.
    """
    text = time.strftime("%H:%M:%S", time.localtime(at))
    return f"{text}.{int(at * 1000) % 1000:03d}" if fraction else text


def day(at: float) -> str:
    """Give the local day of a moment, in Unix seconds: `23 Nov 25`."""
    return time.strftime("%d %b %y", time.localtime(at))


def day_or_time(at: float, now: float, *, fraction: bool = False) -> str:
    """Give when something was as short as it can be told: today's time of day, else the day: `23 Nov`, `23 Nov 25`.

    Args:
        at: Unix seconds.
        now: Unix seconds.
        fraction: with milliseconds; then the day does not stand for the time but before it.
    """
    then, today = day(at), day(now)
    if then == today:
        return time_of_day(at, fraction=fraction)
    if then[-2:] == today[-2:]:
        then = then[:-3]
    return f"{then} {time_of_day(at, fraction=True)}" if fraction else then


def port(origin: str) -> str:
    """Give the port of an app's address as the user typed it, the whole address when it has none."""
    parts = urlsplit(origin)
    try:
        return str(parts.port) if parts.port else origin
    except ValueError:
        return origin


def short_origin(origin: str) -> str:
    """Give an app's address without the scheme that goes without saying: `localhost:3000`."""
    return origin.removeprefix("http://").rstrip("/")
