"""What the developer is told about a delivery without an answer."""

import pytest

from client.explanations import explain, explain_line
from client.views import AttemptView
from shared.errors import Failure


def attempt(failure: str = "", *, state: str = "failed", detail: str = "") -> AttemptView:
    """Make an attempt that got no answer."""
    return AttemptView(1, "received", state, 0, "http://localhost:3000", failure=failure, failure_detail=detail)  # type: ignore[arg-type]


def test_explain_a_refused_connection() -> None:
    """The port that nobody listens on is named, with the question to ask oneself."""
    explanation = explain(attempt(Failure.ORIGIN_REFUSED))
    assert explanation is not None
    assert explanation.what == "localhost:3000 refused the connection"
    assert explanation.next_step == "is your app running on 3000? Start it, then replay this delivery."


def test_explain_line_prefers_what_happened_here() -> None:
    """The one-line form begins with the detail that the origin's side gave."""
    line = explain_line(attempt(Failure.ORIGIN_REFUSED, detail="connection refused 127.0.0.1:3000"))
    assert line.startswith("connection refused 127.0.0.1:3000 · is your app running on 3000?")


@pytest.mark.parametrize("failure", [*Failure, "never-heard-of"])
def test_explain_every_failure(failure: str) -> None:
    """Every code has its sentences, filled in."""
    explanation = explain(attempt(failure))
    assert explanation is not None
    assert explanation.what
    assert explanation.next_step
    assert "{" not in "".join(explanation)


def test_explain_an_interrupted_attempt() -> None:
    """An answer that this client did not wait for is said so."""
    explanation = explain(attempt(state="interrupted"))
    assert explanation is not None
    assert explanation.what == "hookline ended before the answer came"


def test_explain_nothing_when_answered() -> None:
    """An attempt with an answer, or still waiting for one, needs no explanation."""
    assert explain(attempt(state="answered")) is None
    assert explain_line(attempt(state="pending")) == ""
