"""The operator's door."""

import socket
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import msgspec
import pytest

from relay_server.addresses import AdminAddress
from relay_server.admin.server import AdminServer
from relay_server.admin.status import EndpointStatus, RelayStatus
from relay_server.errors import CannotListen

STATUS = RelayStatus(
    version="1",
    pid=7,
    url="https://r.test",
    listen=("0.0.0.0:443",),
    started_at=0.0,
    draining=False,
    certificate_ends_at=None,
    endpoints=(EndpointStatus("demo", "laptop", 1, ("https://demo.r.test",)),),
)


@pytest.fixture
async def server() -> AsyncIterator[AdminServer]:
    """Give a door that is closed with the test."""
    found = AdminServer(lambda: STATUS)
    yield found
    await found.close()


def at(text: object) -> AdminAddress:
    """Read an address."""
    return AdminAddress.parse(str(text))


async def ask(connector: aiohttp.BaseConnector, url: str, **headers: str) -> tuple[int, bytes]:
    """Ask for the status."""
    async with aiohttp.ClientSession(connector=connector) as session, session.get(url, headers=headers) as response:
        return response.status, await response.read()


async def test_socket_is_the_owners_alone_and_tells_the_status(server: AdminServer, tmp_path: Path) -> None:
    """The default door is a Unix socket that nobody else may open."""
    path = tmp_path / "admin.sock"
    assert await server.start(at(path)) == str(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    status, answer = await ask(aiohttp.UnixConnector(str(path)), "http://localhost/status")
    assert (status, msgspec.json.decode(answer, type=RelayStatus)) == (200, STATUS)


async def test_socket_goes_with_the_relay(tmp_path: Path) -> None:
    """Nothing is left where a door was."""
    server = AdminServer(lambda: STATUS)
    path = tmp_path / "admin.sock"
    await server.start(at(path))
    await server.close()
    assert path.exists() is False


async def test_socket_of_a_crashed_relay_is_replaced(server: AdminServer, tmp_path: Path) -> None:
    """A socket that nobody listens on any more is no obstacle."""
    path = tmp_path / "admin.sock"
    with socket.socket(socket.AF_UNIX) as crashed:
        crashed.bind(str(path))
    await server.start(at(path))
    assert (await ask(aiohttp.UnixConnector(str(path)), "http://localhost/status"))[0] == 200


async def test_second_relay_is_refused(server: AdminServer, tmp_path: Path) -> None:
    """Two relays with one data directory would take each other's clients."""
    path = tmp_path / "admin.sock"
    await server.start(at(path))
    second = AdminServer(lambda: STATUS)
    with pytest.raises(CannotListen, match="another relay runs with this data directory"):
        await second.start(at(path))
    await second.close()
    assert (await ask(aiohttp.UnixConnector(str(path)), "http://localhost/status"))[0] == 200


async def test_file_in_the_way_is_left_alone(server: AdminServer, tmp_path: Path) -> None:
    """A file that is no socket is not removed."""
    path = tmp_path / "admin.sock"
    path.write_text("mine")
    with pytest.raises(CannotListen, match="there is a file that is no socket"):
        await server.start(at(path))
    assert path.read_text() == "mine"


async def test_path_that_is_too_long(server: AdminServer, tmp_path: Path) -> None:
    """A path that no socket can have is refused with what to do."""
    with pytest.raises(CannotListen, match=r"too long for a socket: use --admin 127\.0\.0\.1:PORT"):
        await server.start(at(tmp_path / ("x" * 108)))


async def test_tcp_tells_its_real_port(server: AdminServer) -> None:
    """On loopback the port may be any free one."""
    address = await server.start(at("127.0.0.1:0"))
    status, _ = await ask(aiohttp.TCPConnector(), f"http://{address}/status")
    assert status == 200


@pytest.mark.parametrize("host", ["evil.test", "evil.test:80", "192.0.2.1"])
async def test_foreign_host_is_refused(server: AdminServer, host: str) -> None:
    """A web page that made its name point here learns nothing."""
    address = await server.start(at("127.0.0.1:0"))
    status, answer = await ask(aiohttp.TCPConnector(), f"http://{address}/status", Host=host)
    assert (status, b"r.test" in answer) == (421, False)


async def test_taken_port_is_told(server: AdminServer) -> None:
    """A port that is taken is named with the option."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(CannotListen, match="give another address with --admin"):
            await server.start(at(f"127.0.0.1:{taken.getsockname()[1]}"))


async def test_off_listens_nowhere(server: AdminServer) -> None:
    """A door that is shut has no address."""
    assert await server.start(at("off")) is None
