"""A relay on this machine, in a process of its own."""

import asyncio
import os
import signal
import socket
from contextlib import suppress
from pathlib import Path

import pytest

from client.local_relay import LocalRelay, RelayBroken
from tests.waiting import settled

pytestmark = pytest.mark.xdist_group("demo")


def processes_with(mark: Path) -> list[int]:
    """Give the processes that have the mark among their words."""
    return [int(path.parent.name) for path in Path("/proc").glob("[0-9]*/cmdline") if marked(path, mark)]


def marked(path: Path, mark: Path) -> bool:
    """Tell whether the mark is among a process's words."""
    with suppress(OSError):
        return str(mark).encode() in path.read_bytes()
    return False


async def test_relay_serves_for_the_block(tmp_path: Path) -> None:
    """It can be dialled with the token it gives, which it does not show; afterwards nobody listens."""
    data = tmp_path / "relay"
    async with LocalRelay.started(data, domain="localhost") as relay:
        transport = await relay.dialer("test").dial()
        transport.abort()
        assert (relay.ca_file.read_bytes()[:27], relay.domain) == (b"-----BEGIN CERTIFICATE-----", "localhost")
        assert relay.token not in repr(relay)
        assert len(processes_with(data)) == 1
    assert processes_with(data) == []
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", relay.port)) != 0


async def test_second_relay_takes_another_port(tmp_path: Path) -> None:
    """Two trials beside each other do not disturb one another; the CA of each stays."""
    async with LocalRelay.started(tmp_path / "a", domain="localhost") as one:
        async with LocalRelay.started(tmp_path / "b", domain="localhost") as two:
            assert one.port != two.port
        before = one.ca_file.read_bytes()
    async with LocalRelay.started(tmp_path / "a", domain="localhost") as again:
        assert (again.ca_file.read_bytes(), again.token != one.token) == (before, True)


async def test_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """The relay's own sentence is passed on, in one line."""
    (tmp_path / "file").write_text("")
    with pytest.raises(RelayBroken, match="made no token: hookline-relay: ") as caught:
        async with LocalRelay.started(tmp_path / "file" / "relay", domain="localhost"):
            raise AssertionError
    assert str(caught.value).isprintable()


async def test_relay_that_does_not_start_is_told(tmp_path: Path) -> None:
    """Why it did not serve is what it said last."""
    with pytest.raises(RelayBroken, match=r"did not start: .*not a domain"):
        async with LocalRelay.started(tmp_path, domain="not a domain"):
            raise AssertionError
    assert processes_with(tmp_path) == []


@pytest.mark.parametrize("seconds", [0.0, 0.1, 0.3, 0.5])
async def test_cancelled_start_leaves_no_process(tmp_path: Path, seconds: float) -> None:
    """Whatever was being started is ended, and waited for."""

    async def serve() -> None:
        """Serve for ever."""
        async with LocalRelay.started(tmp_path, domain="localhost"):
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(seconds):
            await serve()
    assert processes_with(tmp_path) == []


async def test_relay_that_dies_ends_the_block_all_the_same(tmp_path: Path) -> None:
    """A relay that is killed from outside is no reason to hang."""
    async with LocalRelay.started(tmp_path, domain="localhost") as relay:
        (number,) = processes_with(tmp_path)
        os.kill(number, signal.SIGKILL)
        await settled(lambda: not processes_with(tmp_path))
    assert relay.port
