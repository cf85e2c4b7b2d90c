"""`hookline export` on a client that runs."""

import asyncio
from pathlib import Path

from client.deliveries.importing import read_request
from tests.client.cli.desk import running_client
from tests.client.deliveries.export.echo import echo
from tests.client.deliveries.stage import Desk, event


async def test_export_command(desk: Desk, tmp_path: Path) -> None:
    """Redacted on standard output; several into a file that only the user can read; a line that can be run."""
    file = tmp_path / "out.har"
    async with running_client(desk, tmp_path) as client:
        content, fields = event()
        await desk.send(content, fields)
        await desk.send(b"\x00!'\n")
        redacted = await client.run("export", "1")
        written = await client.run("export", "2", "1.1", "--as", "har", "--with-secrets", "-o", str(file))
        with echo() as server:
            line = await client.run("export", "--latest", "--to", server.base)
            shell = await asyncio.create_subprocess_exec("sh", stdin=asyncio.subprocess.PIPE)
            await shell.communicate(line.out.encode())
            received = server.only()
        nothing = await client.run("export")
    assert (redacted.code, "X-TalkifAI-Signature: REDACTED" in redacted.out) == (0, True)
    assert redacted.err == "hookline: placeholders stand for: field x-talkifai-signature (--with-secrets writes them)\n"
    assert (written.code, written.out, written.err, file.stat().st_mode & 0o777) == (0, "", "", 0o600)
    assert [one.content for one in read_request(file.read_bytes())] == [b"\x00!'\n", content]
    assert (received.content, received.target) == (b"\x00!'\n", b"/hooks")
    assert (nothing.code, "say which deliveries" in nothing.err) == (2, True)


async def test_export_command_refuses_what_was_cut(desk: Desk, tmp_path: Path) -> None:
    """Nothing is exported that would send something else."""
    async with running_client(desk, tmp_path) as client:
        desk.capture_bytes = 2
        desk.record = desk.recorder()
        await desk.send(b"abcdef")
        done = await client.run("export", "1")
    assert (done.code, done.out, "was not captured whole" in done.err) == (1, "", True)
