"""Two exchanges, part by part, and what a terminal shows of them."""

from client.deliveries.diff import Change, Message, compare, render
from shared.printable import printable

BEFORE = Message(
    (("method", "POST"), ("target", "/hooks")),
    (("Host", "x"), ("X-Sig", "1")),
    b'{"type":"a","data":{"object":{"amount":2000}}}',
)
AFTER = Message(
    (("method", "POST"), ("target", "/hooks?x")),
    (("Host", "x"), ("X-Sig", "2")),
    b'{"type":"a","data":{"object":{"amount":0}}}',
)
ANSWER = Message((("status", "500"), ("duration", "23 ms")), (), b'{"error":"\x1b[2J"}')


def test_compare_of_two_requests() -> None:
    """Each part has its changes; the same parts are counted."""
    diff = compare((BEFORE, None), (AFTER, None))
    assert [(part.name, part.form, part.changes, part.same) for part in diff.parts] == [
        ("request line", "line", (Change("changed", "target", "/hooks", "/hooks?x"),), 1),
        ("request fields", "fields", (Change("changed", "X-Sig", "1", "2"),), 1),
        ("request body", "json", (Change("changed", "data.object.amount", "2000", "0"),), 1),
    ]


def test_compare_with_an_answer_that_only_one_has() -> None:
    """What is missing is removed or added."""
    diff = compare((BEFORE, None), (BEFORE, ANSWER))
    assert diff.parts[3].changes == (Change("added", "status", None, "500"), Change("added", "duration", None, "23 ms"))
    assert compare((BEFORE, ANSWER), (BEFORE, None)).parts[3].changes[0] == Change("removed", "status", "500")


def test_compare_of_a_cut_capture_is_never_equal() -> None:
    """What is not there cannot be called the same."""
    cut = Message(BEFORE.line, BEFORE.fields, BEFORE.content, whole=False)
    assert compare((cut, None), (cut, None)).parts[2].changes[0].place == "capture"


def test_compare_of_the_same_is_nothing() -> None:
    """No change, no lines."""
    diff = compare((BEFORE, ANSWER), (BEFORE, ANSWER))
    assert (diff.count, render(diff)) == (0, "")


def test_compare_lists_a_bounded_number_of_changes() -> None:
    """Thousands of changes are counted, not listed."""
    many = [Message((), tuple((f"{letter}{number}", "") for number in range(1_500))) for letter in "ab"]
    diff = compare((many[0], None), (many[1], None))
    assert (len(diff.parts[1].changes), diff.parts[1].count) == (1_000, 3_000)
    assert render(diff).splitlines()[-1] == "~ 2,000 more"


def test_render_shows_only_what_differs() -> None:
    """Signs say what colours repeat."""
    assert render(compare((BEFORE, None), (AFTER, None))) == (
        "── request line ── 1 change ──\n@ target\n- /hooks\n+ /hooks?x\n"
        "── request fields ── 1 same ── 1 change ──\n@ X-Sig\n- 1\n+ 2\n"
        "── request body ── JSON, by structure ── 1 change ──\n@ data.object.amount\n- 2000\n+ 0\n"
    )


def test_render_of_hostile_content_is_printable() -> None:
    """Nothing captured steers the terminal, with colours or without."""
    hostile = Message((("target", "/\x1b]0;x\x07"),), (("\x9b31m", "\u202e"),), b"\x1b[2J\n")
    diff = compare((BEFORE, ANSWER), (hostile, None))
    assert printable(render(diff)) == render(diff)
    coloured = render(diff, colour=True)
    for code in ("\x1b[31m", "\x1b[32m", "\x1b[36m", "\x1b[2m", "\x1b[33m", "\x1b[0m"):
        coloured = coloured.replace(code, "")
    assert coloured == render(diff)


def test_render_of_moves_and_rewriting() -> None:
    """Both are said in a line of their own."""
    moved = Message(BEFORE.line, BEFORE.fields[::-1], b'{"data":{"object":{"amount":2000}},"type":"a"}')
    lines = render(compare((BEFORE, None), (moved, None))).splitlines()
    assert (lines[1], lines[3][:9]) == ("~ X-Sig: at another place, 1", "~ byte 2:")
    assert compare((BEFORE, None), (moved, None), ignore_order=True).count == 1
