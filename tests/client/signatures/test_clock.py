"""The provider's clock in sentences."""

import pytest

from client.signatures.clock import Clock, judge_answer, seconds_said
from tests.client.signatures.vectors import CATALOGUE


def talkifai(status: int | None, seconds: float, attempt: int = 1, failure: str = "") -> Clock:
    """Judge an answer to TalkifAI."""
    scheme = CATALOGUE.get("talkifai")
    return judge_answer(scheme, attempt=attempt, status=status, failure=failure, duration_seconds=seconds)


@pytest.mark.parametrize(
    ("clock", "sentence"),
    [
        (talkifai(200, 8.2), "answered in 8.2 s of 10 s"),
        (talkifai(200, 0.04), "answered in 40 ms of 10 s"),
        (
            talkifai(201, 0.04),
            "answered 201 in 40 ms: TalkifAI counts only 200, it will retry in 30 s (1 of 3)",
        ),
        (
            talkifai(None, 10.01, 2, "origin-timeout"),
            "no answer within 10 s: TalkifAI gave up, it will retry in 5 min (2 of 3)",
        ),
        (
            talkifai(200, 11, 3),
            "answered 200 after 11 s: TalkifAI gave up at 10 s, it will retry in 30 min (3 of 3)",
        ),
        (
            talkifai(500, 0.2, 4),
            "answered 500 in 200 ms: TalkifAI counts only 200, it will not retry again",
        ),
        (
            talkifai(None, 0.2, 1, "origin-refused"),
            "no answer from the app (origin-refused): TalkifAI will retry in 30 s (1 of 3)",
        ),
    ],
)
def test_sentence(clock: Clock, sentence: str) -> None:
    """Each kind of answer has its sentence, with what the provider does next."""
    assert clock.sentence == sentence


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (201, False), (204, False), (500, False)])
def test_only_200_is_healthy_for_talkifai(status: int, healthy: bool) -> None:
    """TalkifAI takes nothing but 200 for success."""
    assert talkifai(status, 0.1).healthy is healthy


def test_answer_after_the_deadline_is_not_healthy() -> None:
    """A right answer that comes too late does not count."""
    assert talkifai(200, 10.5).healthy is False


def test_unknown_provider_is_judged_by_the_status_alone() -> None:
    """Where nobody is known, any answer below 400 is success and nothing is said."""
    assert judge_answer(None, attempt=1, status=302, failure="", duration_seconds=1) == Clock("", healthy=True)
    assert judge_answer(None, attempt=1, status=None, failure="x", duration_seconds=1) == Clock("", healthy=False)


def test_provider_that_never_retries() -> None:
    """GitHub does not come again."""
    clock = judge_answer(CATALOGUE.get("github"), attempt=1, status=500, failure="", duration_seconds=1)
    assert clock.sentence == "answered 500 in 1 s: GitHub counts only 2xx, it will not retry"


def test_provider_with_a_schedule_in_words() -> None:
    """Where no fixed schedule is published, what is known is said."""
    clock = judge_answer(CATALOGUE.get("stripe"), attempt=1, status=500, failure="", duration_seconds=1)
    assert clock.sentence.endswith("it will retry (up to 3 days, ever more seldom)")


def test_status_after_which_a_provider_stops() -> None:
    """Mailgun takes 406 as a wish to be left alone."""
    clock = judge_answer(CATALOGUE.get("mailgun"), attempt=1, status=406, failure="", duration_seconds=1)
    assert clock.sentence.endswith("it will not retry")


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.04, "40 ms"), (8.2, "8.2 s"), (30, "30 s"), (300, "5 min"), (5400, "1.5 h")]
)
def test_duration_as_people_say_it(seconds: float, said: str) -> None:
    """Durations have one unit and at most one decimal."""
    assert seconds_said(seconds) == said


def test_retry_is_told_as_a_number_too() -> None:
    """Who counts down needs no sentence."""
    assert [talkifai(500, 0.1, attempt).retry_seconds for attempt in (1, 2, 3, 4)] == [30, 300, 1800, None]
    assert talkifai(200, 0.1).retry_seconds is None
