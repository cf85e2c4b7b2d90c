"""Requests and responses as lines."""

import msgspec

from client.tui.model.message import content_rule, field_lines, no_content, request_lines, response_lines
from client.tui.model.spans import Line, text_of, width_of
from client.views import AttemptView, SignatureView
from client.wording import UNICODE
from tests.client.tui.evil import EVIL
from tests.client.tui.fake import delivery, message


def shown(lines: list[Line]) -> list[str]:
    """Give lines without tones."""
    return [text_of(line).rstrip() for line in lines]


def test_request_of_a_delivery() -> None:
    """The request line, whom it came from, and the fields in wire order."""
    detail = delivery(fields=(("x-a", "1"), ("X-A", "2")))
    lines = shown(request_lines(detail, detail.attempts[0], width=60, all_fields=True, signs=UNICODE))
    assert lines[0] == "POST /hooks HTTP/1.1" + " " * 24 + "from 203.0.113.7"
    assert lines[-2:] == ["x-a                   1", "X-A                   2"]


def test_request_that_was_not_recorded() -> None:
    """A delivery whose request is not there says so."""
    detail = delivery()
    attempt = msgspec.structs.replace(detail.attempts[0], request=None)
    assert shown(request_lines(detail, attempt, width=60, all_fields=False, signs=UNICODE)) == [
        "The request was not recorded."
    ]


def outcome(attempt: AttemptView, width: int = 70) -> list[str]:
    """Give a response's lines."""
    return shown(response_lines(attempt, width=width, all_fields=False, signs=UNICODE))


def test_response_with_the_providers_clock() -> None:
    """The status line, how long it took, and what the provider makes of it."""
    attempt = msgspec.structs.replace(delivery().attempts[0], clock="answered in 38 ms of 10 s")
    assert outcome(attempt)[:3] == ["HTTP/1.1 200 Whatever" + " " * 44 + "38 ms", "", "answered in 38 ms of 10 s"]


def test_response_that_blames_the_app() -> None:
    """Whose fault a refusal is stands below it."""
    blamed = msgspec.structs.replace(delivery(status=401).attempts[0], blame="signature valid, your app refused it")
    assert "signature valid, your app refused it" in outcome(blamed)


def test_response_that_did_not_come() -> None:
    """Nothing listening is explained: what, what was tried, what next, and the code."""
    failed = delivery(status=None, failure="origin-refused", failure_detail="tried 127.0.0.1:3000 refused").attempts[0]
    assert outcome(failed) == [
        "⊘ localhost:3000 refused the connection                    after 38 ms",
        "",
        "The delivery reached this machine but no server answered.",
        "  tried   127.0.0.1:3000 refused",
        "  next    is your app running on 3000? Start it, then replay this",
        "          delivery.",
        "",
        "  code    origin-refused",
    ]


def test_response_still_waited_for() -> None:
    """An attempt without an answer yet says that."""
    assert outcome(delivery(status=None).attempts[0]) == ["◌ waiting for the app's answer"]


def test_response_of_an_interrupted_attempt() -> None:
    """The client ended first: there is no code to look up."""
    interrupted = msgspec.structs.replace(delivery(status=None).attempts[0], state="interrupted")
    assert outcome(interrupted)[0] == "⊘ hookline ended before the answer came"
    assert "code" not in "".join(outcome(interrupted))


def test_fields_are_folded_to_the_telling_ones() -> None:
    """Of many fields those stay that tell something; the rest is one key away."""
    fields = (
        *((f"X-Plain-{number}", "x") for number in range(8)),
        ("Content-Type", "a/b"),
        ("X-Sig-Signature", "s" * 90),
    )
    folded = shown(field_lines(message("", fields, b"", ""), width=50, all_fields=False, signs=UNICODE))
    assert folded == [
        "Content-Type     a/b",
        "X-Sig-Signature  " + "s" * 26 + "… (+64)",
        "▸ 8 more headers" + " " * 31 + "[h]",
    ]


def test_fields_all_of_them_with_long_values() -> None:
    """Unfolded, a long value is shown whole over several lines, up to a bound."""
    lines = shown(field_lines(message("", (("A", "x" * 5_000),), b"", ""), width=53, all_fields=True, signs=UNICODE))
    assert (len(lines), lines[-1]) == (81, "   … 1,000 more characters: see Raw")


def test_fields_ten_thousand() -> None:
    """A bomb of fields is cut and says so."""
    fields = tuple((f"X-{number}", "v") for number in range(10_000))
    lines = shown(field_lines(message("", fields, b"", ""), width=50, all_fields=True, signs=UNICODE))
    assert (len(lines), lines[-1]) == (501, "(9500 more are not shown: see Raw)")


def test_fields_without_a_telling_one() -> None:
    """When no field tells anything the first ones are shown."""
    fields = tuple((f"X-{number}", "v") for number in range(8))
    assert shown(field_lines(message("", fields, b"", ""), width=40, all_fields=False, signs=UNICODE))[-1].startswith(
        "▸ 1 more header "
    )


def test_rule_says_that_a_capture_was_cut() -> None:
    """What was not kept whole cannot be replayed, and that is said above it."""
    cut = msgspec.structs.replace(message("", (), b"x" * 10, ""), content_bytes=2_000)
    lines = shown(content_rule("text · 2.0 KB", cut, width=50, signs=UNICODE))
    assert lines[1].startswith("── text · 2.0 KB ────")
    assert lines[2:] == ["! only 10 B of 2.0 KB were kept: this cannot be", "replayed"]


def test_no_content_is_said() -> None:
    """An empty body is not an empty screen."""
    assert shown(no_content(20, UNICODE))[1] == "── no content ──────"


def test_everything_hostile_is_one_safe_line_each() -> None:
    """Whatever the sender put where, nothing in a line steers the terminal."""
    detail = delivery(
        target=EVIL, fields=((EVIL, EVIL),), failure_detail=EVIL, signature=SignatureView("invalid", sentence=EVIL)
    )
    attempt = msgspec.structs.replace(detail.attempts[0], clock=EVIL, blame=EVIL)
    failed = msgspec.structs.replace(attempt, failure=EVIL, response=None)
    lines = [
        *request_lines(detail, attempt, width=50, all_fields=True, signs=UNICODE),
        *response_lines(attempt, width=50, all_fields=True, signs=UNICODE),
        *response_lines(failed, width=50, all_fields=True, signs=UNICODE),
        *content_rule(EVIL, message("", (), b"", ""), width=50, signs=UNICODE),
    ]
    assert all(text_of(line).isprintable() for line in lines)
    assert all(width_of(line) <= 50 for line in lines)
