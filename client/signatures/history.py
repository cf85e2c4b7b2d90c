"""Reads from an endpoint's other deliveries what one failure alone cannot tell."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from msgspec.structs import replace

from client.signatures.clock import seconds_said
from client.signatures.verdict import Reason
from client.views import AttemptKind, SignatureView

_ENOUGH = 2
_ENOUGH_AGES = 3
_STEADY_SECONDS = 5.0
"""Ages that differ by no more come from one clock that is wrong, not from messages that were held up."""

_OPEN = frozenset({Reason.UNEXPLAINED, Reason.SIGNATURE_MISMATCH})
_LATE = frozenset({Reason.TIMESTAMP_TOO_OLD, Reason.TIMESTAMP_IN_FUTURE})
_UNSIGNED = frozenset({Reason.MISSING_SIGNATURE, Reason.MISSING_FIELD})


class Other(NamedTuple):
    """Another delivery of the same endpoint and scheme."""

    earlier: bool
    received_at: float
    signature: SignatureView


class History(NamedTuple):
    """The verdicts over other deliveries of the same endpoint and scheme, the last few hours or days of them."""

    valid_before: int = 0
    """How many were valid and came earlier."""
    valid_after: int = 0
    """How many were valid and came later."""
    invalid_before: int = 0
    invalid_after: int = 0
    last_valid_at: float | None = None
    """When the newest valid one came, in Unix seconds."""
    ages: tuple[float, ...] = ()
    """How old the signatures of those were that failed for their time alone, in seconds."""


def history_of(others: Iterable[Other]) -> History:
    """Count the others' verdicts. What was not signed at all says nothing about secrets, and is left out."""
    counts = {("valid", True): 0, ("valid", False): 0, ("invalid", True): 0, ("invalid", False): 0}
    last_valid_at: float | None = None
    ages: list[float] = []
    for earlier, received_at, view in others:
        if view.state not in {"valid", "invalid"} or view.reason in _UNSIGNED:
            continue
        counts[view.state, earlier] += 1
        if view.state == "valid":
            last_valid_at = max(last_valid_at or received_at, received_at)
        elif view.age_seconds is not None:
            ages.append(view.age_seconds)
    return History(
        counts["valid", True],
        counts["valid", False],
        counts["invalid", True],
        counts["invalid", False],
        last_valid_at,
        tuple(ages),
    )


def with_history(view: SignatureView, history: History, *, kind: AttemptKind = "received") -> SignatureView:
    """Give a failure's view with what the other deliveries make likely. It is evidence, never proof.

    Args:
        view: the verdict over one attempt.
        history: those over other deliveries.
        kind: what the attempt was: the provider's retry is old for that reason.
    """
    if view.state != "invalid":
        return view
    if view.reason in _LATE:
        return _late(view, history, kind)
    likely = _likely(history) if view.reason in _OPEN else None
    if likely is None:
        return view
    sentence, next_step = likely
    return replace(view, sentence=f"{view.sentence}; {sentence}", next_step=next_step, proven=False)


def _likely(history: History) -> tuple[str, str] | None:
    valid = history.valid_before + history.valid_after
    invalid = history.invalid_before + history.invalid_after
    if valid == 0:
        if invalid < _ENOUGH:
            return None
        return (
            f"all {invalid + 1} deliveries of this endpoint fail, which points to the secret",
            "compare the secret with the one that the provider shows for this endpoint",
        )
    if history.valid_before and not history.valid_after and history.invalid_after:
        since = "" if history.last_valid_at is None else f", the last one at {_moment(history.last_valid_at)},"
        return (
            f"earlier deliveries were valid{since} and none is any more, which points to a secret that was changed",
            "look whether the secret was rotated at the provider, and add the new one to the rule",
        )
    return (
        "other deliveries of this endpoint are valid, which points to the body of this one, or to a forgery",
        "look for what rewrites this body on the way, and whether the provider really sent it",
    )


def _late(view: SignatureView, history: History, kind: AttemptKind) -> SignatureView:
    """Say why a signature is out of time: the provider sent it again, or one of the clocks is wrong."""
    if kind == "retry":
        said = f"{view.sentence}; this is the provider's own retry"
        return replace(view, sentence=said, next_step="look whether it signs its retries afresh")
    ages = (*history.ages, *(() if view.age_seconds is None else (view.age_seconds,)))
    if len(ages) < _ENOUGH_AGES or max(ages) - min(ages) > _STEADY_SECONDS:
        return view
    age = sum(ages) / len(ages)
    behind = "behind" if age > 0 else "ahead of"
    return replace(
        view,
        reason=Reason.CLOCK_SKEW.value,
        sentence=(
            f"the signature is right, and {len(ages)} deliveries are all out of time by the same "
            f"{seconds_said(abs(age))}: the sender's clock is that much {behind} the relay's"
        ),
        next_step="set both clocks by NTP; a whole number of hours is a time zone",
        proven=False,
    )


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
