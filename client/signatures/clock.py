"""The provider's clock: whether it takes an answer for success, and what it does when not."""

from collections.abc import Callable
from typing import NamedTuple

from client.signatures.scheme import DeliveryRules, Scheme

_MINUTE = 60
_HOUR = 3600


class Clock(NamedTuple):
    """How the provider sees an attempt."""

    sentence: str
    """Empty when there is nothing to say."""
    healthy: bool
    """True when the provider counts the answer as success."""
    retry_seconds: float | None = None
    """Until the provider sends the event again; None: it does not, or that is not known."""


def seconds_said(seconds: float) -> str:
    """Give a duration as people say it: `40 ms`, `8.2 s`, `5 min`, `2 h`."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < _MINUTE:
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    if seconds < _HOUR:
        return f"{seconds / _MINUTE:.1f}".removesuffix(".0") + " min"
    return f"{seconds / _HOUR:.1f}".removesuffix(".0") + " h"


def judge_answer(
    scheme: Scheme | None, *, attempt: int, status: int | None, failure: str, duration_seconds: float
) -> Clock:
    """Say how a provider takes the answer to one of its attempts.

    Args:
        scheme: the provider's; None: not known, then any answer below 400 is success and nothing is said.
        attempt: 1 for the first time it sent the event, 2 for its first retry.
        status: what the app answered; None: it did not.
        failure: a code of the error table where it did not.
        duration_seconds: from receipt to answer, or to giving up.
    """
    if scheme is None:
        return Clock("", status is not None and status < 400)  # noqa: PLR2004 - HTTP's client errors begin there
    rules = scheme.delivery or DeliveryRules()
    limit = rules.timeout_seconds
    late = limit is not None and duration_seconds > limit
    taken = seconds_said(duration_seconds)
    if status is not None and _counts(rules, status) and not late:
        return Clock(f"answered in {taken}" + (f" of {seconds_said(limit)}" if limit else ""), healthy=True)
    then, wait = _then(rules, attempt, status), _wait(rules, attempt, status)
    if late:
        answered = f"answered {status} after {taken}" if status is not None else "no answer"
        said = f"{answered} within {seconds_said(limit or 0)}" if status is None else answered
        return Clock(f"{said}: {scheme.name} gave up{_limit(status, limit)}, {then('it')}", False, wait)
    if status is None:
        return Clock(f"no answer from the app ({failure or 'failed'}): {then(scheme.name)}", False, wait)
    only = f"{scheme.name} counts only {_success(rules)}, {then('it')}"
    return Clock(f"answered {status} in {taken}: {only}", False, wait)


def _limit(status: int | None, limit: float | None) -> str:
    return f" at {seconds_said(limit)}" if status is not None and limit is not None else ""


def _counts(rules: DeliveryRules, status: int) -> bool:
    if rules.success:
        return status in rules.success
    return 200 <= status < 300  # noqa: PLR2004 - RFC 9110 section 15.3


def _success(rules: DeliveryRules) -> str:
    return " or ".join(map(str, rules.success)) or "2xx"


def _wait(rules: DeliveryRules, attempt: int, status: int | None) -> float | None:
    """Give the seconds until the provider's next attempt after a failed one, where that is known."""
    schedule = rules.retries_seconds
    if status in rules.final or not schedule or attempt > len(schedule):
        return None
    return schedule[attempt - 1]


def _then(rules: DeliveryRules, attempt: int, status: int | None) -> Callable[[str], str]:
    """Say what the provider does after a failed attempt, of whom it is said being filled in."""
    schedule = rules.retries_seconds
    if status in rules.final or schedule == ():
        return lambda who: f"{who} will not retry"
    if schedule is None:
        return lambda who: f"{who} will retry ({rules.retries})" if rules.retries else f"{who} may retry"
    if attempt > len(schedule):
        return lambda who: f"{who} will not retry again"
    wait = seconds_said(schedule[attempt - 1])
    return lambda who: f"{who} will retry in {wait} ({attempt} of {len(schedule)})"
