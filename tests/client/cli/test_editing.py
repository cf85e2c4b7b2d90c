"""What a replay changes is exactly what was asked for."""

import click
import pytest

from client.cli.captured import find
from client.cli.editing import EditRefused, Plan, Wanted, edits_for, read_field
from client.deliveries.importing import RequestUnreadable
from client.inspector import ReplayRefused
from client.views import DeliveryDetail, Edits
from tests.client.deliveries.stage import Desk

FIELDS = ((b"X-A", b"1"), (b"x-a", b"2"), (b"X-B", b"3"))


async def sent(desk: Desk, content: bytes = b'{"a": 1}') -> DeliveryDetail:
    """Have a delivery."""
    await desk.send(content, FIELDS, target=b"/hooks?x=1")
    return await find(desk.inspector, "1")


async def test_edits_for_nothing_wanted(desk: Desk) -> None:
    """As it was is as it was."""
    assert await edits_for(desk.inspector, await sent(desk), Wanted()) == Edits()


async def test_edits_for_fields(desk: Desk) -> None:
    """A set field stands where the first of its name stood; its others go, as do dropped ones; new ones come last."""
    wanted = Wanted(set_fields=(("X-a", "new"), ("X-C", "c"), ("x-c", "d")), dropped=("x-b", "host"))
    edits = await edits_for(desk.inspector, await sent(desk), wanted)
    assert edits.fields == (("Content-Length", "8"), ("X-a", "new"), ("X-C", "c"), ("x-c", "d"))


async def test_edits_for_everything_else(desk: Desk) -> None:
    """The options go through."""
    wanted = Wanted(to="3001", method="PUT", target="/b", content=b"c", resign=True)
    assert await edits_for(desk.inspector, await sent(desk), wanted) == Edits(
        to="3001", method="PUT", target="/b", content=b"c", resign=True
    )


async def test_edits_for_editor(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is saved is sent: method, target, fields, content; the length follows by itself."""
    monkeypatch.setenv("EDITOR", "sed -i -e 's/^POST/PATCH/' -e 's/x=1/x=2/' -e 's/: 3/: 4/' -e 's/\"a\"/\"b\"/'")
    monkeypatch.delenv("VISUAL", raising=False)
    edits = await edits_for(desk.inspector, await sent(desk), Wanted(editor=True, resign=True))
    assert edits == Edits(
        method="PATCH",
        target="/hooks?x=2",
        fields=(("Host", "demo.localhost:8443"), ("X-A", "1"), ("x-a", "2"), ("X-B", "4")),
        content=b'{"b": 1}',
        resign=True,
    )


async def test_edits_for_editor_shows_what_the_options_changed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Options come first, the editor has the last word."""
    monkeypatch.setenv("VISUAL", "sed -i -e 's/two/three/'")
    edits = await edits_for(desk.inspector, await sent(desk), Wanted(editor=True, content=b"one two", target="/t"))
    assert (edits.content, edits.target) == (b"one three", "/t")


async def test_edits_for_editor_keeps_line_ends(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Content is edited as it is; only the line end that editors add at the very end goes."""
    monkeypatch.setenv("VISUAL", "sed -i -e '$a added'")
    edits = await edits_for(desk.inspector, await sent(desk, b"a\r\n\r\nPOST / HTTP/1.1\r\n\r\nb"), Wanted(editor=True))
    assert edits.content == b"a\r\n\r\nPOST / HTTP/1.1\r\n\r\nb\nadded"


@pytest.mark.parametrize(
    ("editor", "error", "words"),
    [
        ("true", EditRefused, "nothing was changed"),
        ("false", EditRefused, "ended with 1"),
        ("/nonexistent/editor", EditRefused, "set VISUAL or EDITOR"),
        ("'", EditRefused, "set VISUAL or EDITOR"),
        ("sed -i d", RequestUnreadable, "the file is empty"),
        ("sed -i 1d", RequestUnreadable, "no request line"),
    ],
)
async def test_edits_for_editor_that_fails(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, editor: str, error: type[Exception], words: str
) -> None:
    """Nothing is sent, and it is said why."""
    monkeypatch.setenv("VISUAL", editor)
    with pytest.raises(error, match=words):
        await edits_for(desk.inspector, await sent(desk), Wanted(editor=True))


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a\x00b"])
async def test_edits_for_editor_of_binary_content(desk: Desk, content: bytes) -> None:
    """An editor would spoil it."""
    with pytest.raises(EditRefused, match="--body-file"):
        await edits_for(desk.inspector, await sent(desk, content), Wanted(editor=True))


async def test_edits_for_editor_of_a_cut_capture(desk: Desk) -> None:
    """What was not captured whole is not edited either."""
    desk.capture_bytes = 2
    desk.record = desk.recorder()
    with pytest.raises(ReplayRefused, match="not captured whole"):
        await edits_for(desk.inspector, await sent(desk), Wanted(editor=True))


@pytest.mark.parametrize(("text", "field"), [("A: b", ("A", "b")), ("A:", ("A", "")), ("a:b:c", ("a", "b:c"))])
def test_read_field(text: str, field: tuple[str, str]) -> None:
    """Name and value."""
    assert read_field(text) == field


@pytest.mark.parametrize("text", ["A", ":b", ""])
def test_read_field_refuses(text: str) -> None:
    """What is no field is said."""
    with pytest.raises(click.UsageError, match="write Name: value"):
        read_field(text)


async def test_plan_says_what_would_be_sent(desk: Desk) -> None:
    """For --dry-run."""
    detail = await sent(desk)
    edits = Edits(method="PUT", to="3001", content=b"ab", fields=(("A", "b"),), resign=True)
    assert str(Plan.of(detail, edits, 1000)) == (
        "dlv_000001: PUT /hooks?x=1, to 3001, 1 fields, content of 2 bytes, signed afresh, 1,000 times"
    )


async def test_plan_of_a_cut_capture_says_that_it_would_not_be_sent(desk: Desk) -> None:
    """With another content it would."""
    desk.capture_bytes = 2
    desk.record = desk.recorder()
    detail = await sent(desk)
    assert "would not be sent: it was not captured whole" in str(Plan.of(detail, Edits(), 1))
    assert Plan.of(detail, Edits(content=b""), 1).refusal == ""
