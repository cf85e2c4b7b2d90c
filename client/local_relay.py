"""A relay on this machine, in a process of its own, for demos and trials."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from client import processes
from client.relay import Dialer, RelayAddress
from shared.errors import TunnelError
from shared.printable import printable_line

PORT = 8443
READY_SECONDS = 20.0
STOP_SECONDS = 5.0
_OWNER = "local"


class RelayBroken(TunnelError):  # noqa: N818 - reads as the sentence it is
    """The relay on this machine did not start."""


class _Ready(msgspec.Struct):
    url: str
    port: int
    domain: str
    ca: str | None = None


@dataclass(frozen=True, slots=True)
class LocalRelay:
    """A relay that serves."""

    url: str
    port: int
    domain: str
    ca_file: Path
    token: str

    def __repr__(self) -> str:
        """Hide the token."""
        return f"LocalRelay({self.url})"

    def dialer(self, product: str) -> Dialer:
        """Give what dials it."""
        return Dialer(RelayAddress.parse(f"https://localhost:{self.port}"), self.token, product, self.ca_file)

    @classmethod
    @asynccontextmanager
    async def started(cls, directory: Path, *, domain: str) -> AsyncIterator["LocalRelay"]:
        """Have a relay serve `domain` and the names below it for as long as the block runs.

        Args:
            directory: its data: CA, tokens, names.
            domain: `localhost` or a name below it, which means this machine in every browser.

        Raises:
            RelayBroken: it did not start; says why.
        """
        token = await _token(directory)
        try:
            process, ready = await _serve(directory, domain, PORT)
        except RelayBroken:
            process, ready = await _serve(directory, domain, 0)
        try:
            yield cls(ready.url, ready.port, ready.domain, Path(ready.ca or ""), token)
        finally:
            await _stop(process)


async def _serve(directory: Path, domain: str, port: int) -> tuple[asyncio.subprocess.Process, _Ready]:
    """Start the relay on a port, 0 for any free one, and wait until it serves.

    Raises:
        RelayBroken: it does not; says why. Most often another program has the port.
    """
    process = await processes.start(
        *_program("serve", directory),
        *("--domain", domain, "--listen", f"127.0.0.1:{port}", "--tls", "local-ca"),
        *("--ready-json", "--end-with-stdin", "--log-level", "error"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        return process, await _ready(process)
    except BaseException:
        await _stop(process)
        raise


def _program(command: str, directory: Path) -> tuple[str, ...]:
    return (sys.executable, "-m", "relay_server", *command.split(), "--data-dir", str(directory))


async def _token(directory: Path) -> str:
    """Make the token that the client comes in with: a new one each time, so that none need be kept."""
    await _call(*_program("token revoke", directory), _OWNER)
    code, out, err = await _call(*_program("token create", directory), _OWNER)
    if code != 0:
        raise RelayBroken(f"the relay on this machine made no token: {err}")
    return out


async def _call(*words: str) -> tuple[int, str, str]:
    process = await processes.start(
        *words,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl-C goes to everybody in ours, and it is we who end what we started
    )
    try:
        out, err = await process.communicate()
    finally:
        await processes.end(process)  # cancelled, it would write into a directory that is being removed
    return process.returncode or 0, out.decode().strip(), printable_line(err.decode(errors="replace").strip())


async def _ready(process: asyncio.subprocess.Process) -> _Ready:
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    assert process.stderr is not None  # noqa: S101 - it is a pipe
    try:
        async with asyncio.timeout(READY_SECONDS):
            line = await process.stdout.readline()
            if line:
                return msgspec.json.decode(line, type=_Ready)
            said = (await process.stderr.read()).decode(errors="replace").strip()
    except (TimeoutError, msgspec.DecodeError):
        said = "it did not say that it serves"
    raise RelayBroken(f"the relay on this machine did not start: {printable_line(said)}")


async def _stop(process: asyncio.subprocess.Process) -> None:
    """End the relay by closing its input; one that does not listen is killed."""
    if process.stdin is not None:
        process.stdin.close()
    with suppress(TimeoutError):
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    await processes.end(process)
