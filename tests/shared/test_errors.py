"""What can go wrong, as types."""

import pytest

from shared.errors import ContentBroken, ExchangeFailed, Failure, LinkClosed, LinkRefused, TunnelError, leaf


@pytest.mark.parametrize("kind", [ExchangeFailed, ContentBroken])
def test_failure_words_itself(kind: type[ExchangeFailed] | type[ContentBroken]) -> None:
    """Code and detail; the code alone where there is no more to say."""
    assert [str(kind(Failure.ORIGIN_REFUSED, detail)) for detail in ("nothing listens", "")] == [
        "origin-refused: nothing listens",
        "origin-refused",
    ]


def test_failure_before_the_app_cannot_make_a_duplicate() -> None:
    """Unless it is said otherwise, the app did not get the request."""
    failed = ExchangeFailed(Failure.ORIGIN_TIMEOUT, delivered="unknown")
    assert (ExchangeFailed(Failure.LOOP).delivered, failed.delivered) == ("no", "unknown")


def test_refusal_carries_what_the_user_reads() -> None:
    """It ends the link like every loss does, and knows whether to try again."""
    refused = LinkRefused("bad-token", "log in again", final=True, retry_after_seconds=3)
    assert (isinstance(refused, LinkClosed), str(refused)) == (True, "log in again")
    assert (refused.code, refused.final, refused.retry_after_seconds) == ("bad-token", True, 3)


def test_every_error_is_caught_by_the_root() -> None:
    """A front end has one type to tell its user about."""
    errors = (ExchangeFailed(Failure.LOOP), ContentBroken(Failure.LOOP), LinkRefused("x", "y", final=False))
    assert all(isinstance(error, TunnelError) for error in errors)


def test_leaf_of_nested_groups() -> None:
    """What a group of one concern raised is found at any depth; what is no group is itself."""
    error = LinkClosed("gone")
    nested = BaseExceptionGroup("outer", [ExceptionGroup("inner", [error]), ValueError()])
    assert (leaf(nested), leaf(error)) == (error, error)


def test_codes_are_words_for_humans() -> None:
    """Senders see them in a field: lower case, joined by hyphens, and each once."""
    codes = [str(failure) for failure in Failure]
    assert [code for code in codes if not code.replace("-", "").isalpha() or not code.islower()] == []
    assert len(set(codes)) == len(codes)
