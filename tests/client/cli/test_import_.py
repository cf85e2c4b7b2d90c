"""`hookline import` reads files and hands them over."""

from pathlib import Path

import pytest

from tests.client.cli.desk import running_client
from tests.client.deliveries.stage import Desk


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"hello", "line 1, column 1: this is no request line"),
        (b"{", "line 1, column 2: this is no JSON"),
        (b"curl https://h/ -d @x", "reads a file, which is not in the line"),
    ],
)
async def test_import_command_says_why_a_file_cannot_be_read(
    desk: Desk, tmp_path: Path, content: bytes, words: str
) -> None:
    """File, place and reason; exit code 2."""
    file = tmp_path / "in"
    file.write_bytes(content)
    async with running_client(desk, tmp_path) as client:
        done = await client.run("import", str(file))
        piped = await client.run("import", "-", stdin=content)
    assert (done.code, f"hookline: {file}: " in done.err, words in done.err) == (2, True, True)
    assert (piped.code, words in piped.err) == (2, True)


async def test_import_command_without_the_file(desk: Desk, tmp_path: Path) -> None:
    """A file that is not there is said."""
    async with running_client(desk, tmp_path) as client:
        done = await client.run("import", "/nonexistent")
    assert (done.code, done.err) == (2, "hookline: /nonexistent cannot be read: No such file or directory\n")


async def test_import_command_keeps_what_it_reads(desk: Desk, tmp_path: Path) -> None:
    """The delivery is listed, and goes to the app when it is replayed."""
    file = tmp_path / "in"
    file.write_bytes(b"curl -d hello https://demo.localhost/hooks")
    async with running_client(desk, tmp_path) as client:
        done = await client.run("import", str(file), "-", stdin=b"GET /x HTTP/1.1\r\nHost: a.b\r\n\r\n")
        replayed = await client.run("replay", "1")
    assert (done.code, done.err, len(done.out.splitlines())) == (0, "2 deliveries imported\n", 2)
    assert (replayed.code, "200" in replayed.out) == (0, True)
