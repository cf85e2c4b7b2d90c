"""The table of refusals."""

from http import HTTPStatus

import pytest

from relay_server.gateway.refusals import REFUSALS
from shared.errors import Failure


@pytest.mark.parametrize("failure", Failure)
def test_every_failure_has_its_row(failure: Failure) -> None:
    """Each code has a standard status, a title, and advice in whole sentences."""
    refusal = REFUSALS[failure]
    assert refusal.status in {status.value for status in HTTPStatus}
    assert 400 <= refusal.status < 600
    assert refusal.title[0].isupper()
    assert not refusal.title.endswith(".")
    assert refusal.advice.endswith(".")


def test_permanent_statuses_are_rare() -> None:
    """No code says 410, and only an unknown endpoint says 404: senders disable the endpoint for less."""
    assert [failure for failure, refusal in REFUSALS.items() if refusal.status in (404, 410)] == [
        Failure.ENDPOINT_UNKNOWN
    ]


def test_busy_says_when_to_come_back() -> None:
    """429 and 503 always say `Retry-After`."""
    assert all(refusal.retry_after_seconds for refusal in REFUSALS.values() if refusal.status in (429, 503))
