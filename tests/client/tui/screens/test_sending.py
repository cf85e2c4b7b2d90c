"""What leaves the screen."""

from pathlib import Path

import pytest

from client.tui.model.tabs import RESPONSE
from tests.client.tui.conftest import Open
from tests.client.tui.fake import FakeInspector, contents, delivery
from tests.client.tui.terminal import screen


def client() -> FakeInspector:
    """Give a client with one delivery whose body has a control character in it."""
    fake = FakeInspector()
    body, answer = b'{"a":"\x1b[31m"}', b'{"ok":true}'
    fake.put(delivery(body=body, answer=answer), contents(body, answer))
    return fake


class Directory:
    """A directory of files that a test looks into."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def names(self, pattern: str) -> list[str]:
        """Give the names of files."""
        return sorted(path.name for path in self._path.glob(pattern))

    def read(self, name: str) -> bytes:
        """Give a file's bytes."""
        return (self._path / name).read_bytes()


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Directory:
    """Give the directory in which file `copied` is the clipboard."""
    tool = tmp_path / "bin" / "pbcopy"
    tool.parent.mkdir()
    tool.write_text(f"#!/bin/sh\ncat > {tmp_path}/new && mv {tmp_path}/new {tmp_path}/copied\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tool.parent}:/usr/bin:/bin")
    return Directory(tmp_path)


@pytest.mark.parametrize(
    ("keys", "begins"),
    [
        (("y", "u"), "https://ab12cd.relay.example.dev/hooks"),
        (("y", "h"), "POST /hooks HTTP/1.1\n"),
        (("2", "y", "h"), "HTTP/1.1 200 Whatever\n"),
        (("y", "b"), '{"a":"␛[31m"}'),
        (("2", "y", "b"), '{"ok":true}'),
        (("y", "s"), "✓ SIGNATURE VALID"),
        (("Y",), "printf "),
    ],
)
async def test_copy(desk: Open, copied: Directory, keys: tuple[str, ...], begins: str) -> None:
    """Each choice puts its text on the clipboard, made printable, and says how."""
    async with desk(client()) as one:
        await one.sees("HTTP/1.1")
        await one.press(*keys)
        await one.sees("copied with pbcopy")
        assert copied.read("copied").decode().startswith(begins)


async def test_copy_menu_is_left_by_any_other_key(desk: Open, copied: Directory) -> None:
    """Escape copies nothing; a click on a choice copies it."""
    async with desk(client()) as one:
        await one.sees("HTTP/1.1")
        await one.press("y", "escape")
        assert copied.names("copied") == []
        await one.press("y")
        await one.pilot.click("CopyMenu Bar")
        await one.sees("url copied with pbcopy")


async def test_copy_without_a_delivery(desk: Open, copied: Directory) -> None:
    """Before the first delivery there is the public URL to copy."""
    async with desk(FakeInspector()) as one:
        await one.sees("Waiting for the first delivery")
        await one.press("y")
        assert "cURL" not in one.text
        await one.press("u")
        await one.sees("url copied")
        assert copied.read("copied") == b"https://ab12cd.relay.example.dev"


async def test_copy_of_what_is_gone(desk: Open, copied: Directory) -> None:
    """A body that cannot be fetched any more is said."""
    fake = FakeInspector()
    fake.put(delivery(body=b"lost"))
    async with desk(fake) as one:
        await one.sees("HTTP/1.1")
        await one.press("y", "b")
        await one.sees("not copied: no request of dlv_000001")


async def test_save_never_overwrites(desk: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The exact bytes go to a new file each time."""
    monkeypatch.chdir(tmp_path)
    async with desk(client()) as one:
        await one.sees("HTTP/1.1")
        await one.press("tab", "w", "w")
        files = Directory(tmp_path)
        await one.until(lambda: files.names("dlv_*") == ["dlv_000001-1.body", "dlv_000001.body"])
        assert files.read("dlv_000001.body") == b'{"a":"\x1b[31m"}'
        await one.sees("saved to")


async def test_save_where_nothing_can_be_written(desk: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure is said with its reason."""
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    async with desk(client()) as one:
        await one.sees("HTTP/1.1")
        await one.press("tab", "w")
        await one.sees("not saved")


async def test_pager_where_there_is_no_terminal(desk: Open) -> None:
    """Where the screen cannot be given up that is said; so is a body that is gone."""
    async with desk(client()) as one:
        await one.sees("HTTP/1.1")
        await one.press("tab", "o")
        await one.sees("cannot be run here")
        one.fake.contents.clear()
        one.app.session.contents._data.clear()
        await one.press("2", "o")
        assert one.detail.tab == RESPONSE
        await one.sees("no response of dlv_000001")


async def test_pager_on_a_terminal() -> None:
    """The pager gets the body as a file, printable, and afterwards the screen is back."""
    fake = client()
    async with screen(fake, PAGER="sh -c 'printf PAGED:; cat \"$0\"; sleep 0.1'") as (terminal, _):
        await terminal.sees("HTTP/1.1")
        await terminal.press("\t", shows="headers")
        terminal.type("o")
        await terminal.sees('PAGED:{"a":"␛[31m"}')
        await terminal.sees("\x1b[?1049h", after=terminal.output.index(b"PAGED:"))
        await terminal.rests()
        terminal.type("q")
        assert await terminal.ended() == 0
        assert terminal.restored()


async def test_replay_of_what_is_gone(desk: Open) -> None:
    """A delivery that was cleared, or a client that ended, is said."""
    async with desk(client()) as one:
        await one.sees("HTTP/1.1")
        one.fake.details.clear()
        await one.press("r")
        await one.sees("not replayed: no delivery dlv_000001")


async def test_replay_signed_afresh(desk: Open) -> None:
    """`R` asks for a new signature, `r` for the same bytes."""
    async with desk(client()) as one:
        await one.sees("HTTP/1.1")
        await one.press("r", "R")
        await one.until(lambda: [edits and edits.resign for edits in one.fake.edits] == [False, True])
