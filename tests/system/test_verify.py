"""The verifier catches each broken promise: what a run without findings means rests on this."""

import dataclasses
import hashlib

import pytest

from tests.system.app import Entry
from tests.system.sender import Sent
from tests.system.verify import Row, Weight, verify
from tests.system.wire import Message

CONTENT = b"one delivery"
DIGEST = hashlib.sha256(CONTENT).hexdigest()
FIELDS = [(b"Host", b"demo"), (b"X-Delivery", b"s-0"), (b"Content-Length", b"12")]


def answer(status: int = 200, nonce: bytes | None = b"s-0", code: bytes | None = None) -> Message:
    """Give a response."""
    fields = [(b"X-Delivery", nonce)] if nonce is not None else []
    fields += [(b"Hookline-Error", code)] if code is not None else []
    return Message(b"HTTP/1.1 %d X" % status, fields, b"")


SENT = Sent("s-0", b"POST", b"/hooks", FIELDS, DIGEST, len(CONTENT), ending="answered", response=answer())
ROW = Row("s-0", b"POST", b"/hooks", [*FIELDS, (b"X-Forwarded-For", b"::1")], DIGEST, ("answered",))
ENTRY = Entry("s-0", Message(b"POST /hooks HTTP/1.1", FIELDS, b"", CONTENT, len(CONTENT), DIGEST), complete=True)


def test_a_kept_promise_has_no_findings() -> None:
    """A delivery that was sent, seen, answered and recorded is in order, fields added on the way aside."""
    assert verify([SENT], [ENTRY], [ROW]) == []


@pytest.mark.parametrize("rows", [[], [ROW, ROW]])
def test_acknowledged_without_exactly_one_row_breaks_n1(rows: list[Row]) -> None:
    """A 2xx without its row, or with two, is found."""
    (finding,) = verify([SENT], [ENTRY], rows)
    assert finding.startswith("N1 s-0")


@pytest.mark.parametrize(
    "change",
    [
        {"method": b"PUT"},
        {"target": b"/hook"},
        {"content_sha256": "0"},
        {"fields": [(b"x-delivery", b"s-0")]},
        {"states": ("interrupted",)},
    ],
)
def test_row_that_differs_breaks_n1(change: dict[str, object]) -> None:
    """Whatever differs between manifest and history is found."""
    (finding,) = verify([SENT], [ENTRY], [dataclasses.replace(ROW, **change)])  # type: ignore[arg-type]
    assert finding.startswith("N1 s-0")


def test_hang_breaks_n2() -> None:
    """A delivery without an end is found."""
    hung = dataclasses.replace(SENT, ending="hung", response=None)
    assert [finding[:6] for finding in verify([hung], [ENTRY], [ROW])] == ["N2 s-0"]


def test_error_of_nobody_breaks_n2() -> None:
    """A 5xx that carries neither the app's id nor the relay's code is found."""
    lost = dataclasses.replace(SENT, response=answer(502, nonce=None))
    assert [finding[:6] for finding in verify([lost], [], [])] == ["N2 s-0"]
    told = dataclasses.replace(SENT, response=answer(502, nonce=None, code=b"origin-refused"))
    assert verify([told], [], []) == []


def test_second_sight_breaks_n3() -> None:
    """A delivery that the app saw twice is found."""
    assert verify([SENT], [ENTRY, ENTRY], [ROW]) == ["N3 s-0: 2 times at the app"]


def test_half_taken_for_whole_breaks_n3() -> None:
    """An app that got less and was told it was all is found."""
    half = Entry("s-0", Message(b"POST /hooks HTTP/1.1", FIELDS, b"", b"one", 3, "0"), complete=True)
    assert [finding[:6] for finding in verify([SENT], [half], [ROW])] == ["N3 s-0"]
    assert verify([], [ENTRY], []) == ["N3 s-0: at the app, and nobody sent it"]


def test_answer_to_another_breaks_n4() -> None:
    """Crossed answers are found."""
    crossed = dataclasses.replace(SENT, response=answer(nonce=b"s-1"))
    assert verify([crossed], [ENTRY], [ROW]) == ["N4 s-0: got the answer to s-1"]


def test_growth_breaks_n5() -> None:
    """Memory and files that stay are found, a little more is not."""
    before = Weight(50_000, 20)
    assert verify([], [], [], weights={"relay": (before, Weight(60_000, 22))}) == []
    findings = verify([], [], [], weights={"relay": (before, Weight(90_000, 60))})
    assert [finding[:8] for finding in findings] == ["N5 relay", "N5 relay"]


def test_untold_failure_breaks_n6() -> None:
    """A failure after the app was reached that nobody can look up is found."""
    failed = dataclasses.replace(SENT, response=answer(502, nonce=None, code=b"origin-closed"))
    assert [finding[:6] for finding in verify([failed], [ENTRY], [])] == ["N6 s-0"]
