"""The one-line bars around the list: what is said first, and what gives way when there is little room."""

from collections.abc import Sequence
from typing import NamedTuple

from client.tui.model.follow import Follow
from client.tui.model.spans import BLANK, EMPTY, Line, Span, fit, justify, phrase_span, span, width_of
from client.views import Status, TunnelStatus
from client.wording import Phrase, Signs, link, number, port, short_origin

_GAP = Span("  ")


def origin_phrase(tunnel: TunnelStatus, signs: Signs) -> Phrase:
    """Give whether something listens at the app's address."""
    match tunnel.origin_state:
        case "answering":
            return Phrase(signs.good, "answering", "success")
        case "refused":
            return Phrase(signs.down, f"nothing is listening: is your app running on {port(tunnel.origin)}?", "error")
        case "unknown":
            return Phrase(signs.dot, "not tried yet", "muted")


def top_bar(status: Status, *, now: float, width: int, rate: float, signs: Signs) -> Line:
    """Give the bar at the top. From the right there go rate, bad signatures, failures; state, URL and app stay.

    Args:
        status: the client's.
        now: Unix seconds.
        width: cells.
        rate: deliveries a second, smoothed; shown from one on.
        signs: the alphabet.
    """
    left = _routes(status, now, signs, short=False)
    if width_of(left) > width - 16:
        left = _routes(status, now, signs, short=True)
    counts = status.counts
    figures = [(Span(f"{number(counts.received)} in", "strong"),)]
    if counts.failed:
        figures.append((Span(f"{number(counts.failed)} failed", "error"),))
    if counts.bad_signatures:
        figures.append((Span(f"{number(counts.bad_signatures)} bad sig", "error"),))
    if rate >= 1:
        figures.append((Span(f"{rate:.0f}/s", "muted"),))
    while figures and width_of(_joined(figures, signs)) + width_of(left) + 3 > width:
        figures.pop()
    return (BLANK, *justify(left, (*_joined(figures, signs), BLANK), width - 1, more=signs.more))


def _joined(figures: Sequence[Line], signs: Signs) -> Line:
    joined: list[Span] = []
    for figure in figures:
        joined += [Span(f" {signs.dot} ", "muted"), *figure] if joined else figure
    return tuple(joined)


def _routes(status: Status, now: float, signs: Signs, *, short: bool) -> Line:
    line: list[Span] = [phrase_span(link(status, now, signs=signs))]
    for tunnel in status.tunnels[:1]:
        state = {"answering": Span(f" {signs.good}", "success"), "refused": Span(f" {signs.down} down", "error")}
        url = tunnel.public_urls[0] if tunnel.public_urls else tunnel.name
        origin = short_origin(tunnel.origin)
        if short:
            url = url.partition("://")[2] or url
            origin = ":" + port(tunnel.origin) if port(tunnel.origin) != tunnel.origin else origin
        line += [_GAP, span(url, "strong"), Span(f" {signs.arrow} ", "muted"), span(origin)]
        line.append(state.get(tunnel.origin_state, Span("")))
    if len(status.tunnels) > 1:
        line.append(Span(f"  +{len(status.tunnels) - 1}", "muted"))
    return tuple(line)


def follow_phrase(follow: Follow, signs: Signs) -> Line:
    """Give whether the list follows: `▼ FOLLOW`, `‖ PAUSED  +37 new  [G] newest`."""
    if follow.following:
        return (Span(f"{signs.following} FOLLOW", "success"),)
    line = (Span(f"{signs.paused} PAUSED", "warning"),)
    if not follow.unseen:
        return line
    pill = Span(f"+{number(follow.unseen)} new", "warning", "screen.newest")
    return (*line, _GAP, pill, _GAP, Span("[G]", "button", "screen.newest"), Span(" newest", "muted"))


def position_phrase(position: int, count: int) -> Line:
    """Give where the selection is: `1,167 of 1,204`."""
    return (Span(f"{number(position + 1)} of {number(count)}", "muted"),) if count else EMPTY


class Key(NamedTuple):
    """A key as the footer shows it."""

    key: str
    word: str
    """What it does."""
    action: str
    """What a click on it runs."""


def key_bar(left: Sequence[Key], right: Sequence[Key], width: int) -> Line:
    """Give the footer: keys with what they do; those that do not fit go from the right, `right` stays.

    Args:
        left: key, word and action of each, the most wanted first.
        right: the same for what is always shown.
        width: cells.
    """
    tail = _keys(right)
    for count in range(len(left), -1, -1):
        head = _keys(left[:count])
        if width_of(head) + width_of(tail) + 4 <= width:
            return (BLANK, *justify(head, (*tail, BLANK), width - 1))
    return fit((BLANK, *tail), width)


def _keys(keys: Sequence[Key]) -> Line:
    spans: list[Span] = []
    for key, word, action in keys:
        if spans:
            spans.append(_GAP)
        spans += [Span(key, "button", action), Span(f" {word}", "muted", action)]
    return tuple(spans)


def tiny_line(status: Status, *, now: float, width: int, signs: Signs) -> Line:
    """Give all that a terminal of a few cells can be told: the relay's state and the counts."""
    counts = status.counts
    state = link(status, now, signs=signs)
    figures = f"{number(counts.received)} in, {number(counts.failed)} failed: make me larger"
    return fit((phrase_span(state), _GAP, Span(figures, "muted")), width)
