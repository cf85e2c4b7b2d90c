"""Serves the relay's status on the admin address."""

import asyncio
import os
import socket
import stat
from collections.abc import Awaitable, Callable
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path

import msgspec
from aiohttp import web

from relay_server.addresses import AdminAddress, bracketed, loopback
from relay_server.admin.status import RelayStatus
from relay_server.errors import CannotListen

LONGEST_SOCKET_PATH = 107
"""Bytes in `sockaddr_un` (unix(7)), less the final zero."""


class AdminServer:
    """Answers `GET /status` with JSON."""

    def __init__(self, status: Callable[[], RelayStatus]) -> None:
        self._status = status
        application = web.Application(middlewares=[_own_host_only])
        application.router.add_get("/status", self._answer)
        self._runner = web.AppRunner(application, access_log=None, handle_signals=False, shutdown_timeout=1.0)
        self._socket: Path | None = None

    async def start(self, address: AdminAddress) -> str | None:
        """Listen; give the address with its real port, None for `off`.

        Raises:
            CannotListen: the address cannot be had, or another relay has the socket.
        """
        await self._runner.setup()
        try:
            if address.path is not None:
                return await self._listen_unix(address.path)
            if address.tcp is not None:
                return await self._listen_tcp(address.tcp.host, address.tcp.port)
        except OSError as error:
            raise CannotListen(
                str(address), error.strerror or str(error), "give another address with --admin"
            ) from error
        return None

    async def close(self) -> None:
        """Stop listening and remove the socket."""
        await self._runner.cleanup()
        if self._socket is not None:
            self._socket.unlink(missing_ok=True)

    async def _listen_unix(self, path: Path) -> str:
        if too_long(path):
            raise CannotListen(str(path), "the path is too long for a socket", "use --admin 127.0.0.1:PORT, or off")
        await asyncio.to_thread(_clear, path)
        # Between bind and chmod the directory protects the socket: it is the owner's alone.
        await web.UnixSite(self._runner, str(path)).start()
        self._socket = path
        await asyncio.to_thread(path.chmod, 0o600)
        return str(path)

    async def _listen_tcp(self, host: str, port: int) -> str:
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        found = self._runner.addresses[0]
        return f"{bracketed(found[0])}:{found[1]}"

    async def _answer(self, _request: web.Request) -> web.Response:
        return web.Response(body=msgspec.json.encode(self._status()), content_type="application/json")


@web.middleware
async def _own_host_only(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Refuse names other than this machine's: a web page could have made its own name point here (DNS rebinding)."""
    host = request.host.rpartition(":")[0] or request.host
    if not loopback(host.strip("[]")):
        return web.Response(status=HTTPStatus.MISDIRECTED_REQUEST, text="use 127.0.0.1 or localhost\n")
    return await handler(request)


def too_long(path: Path) -> bool:
    """Say whether no socket can have this path."""
    return len(os.fsencode(path)) > LONGEST_SOCKET_PATH


def _clear(path: Path) -> None:
    """Remove the socket of a relay that is gone.

    Raises:
        CannotListen: something lives there.
        OSError: as the system says.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with suppress(FileNotFoundError):
        if not stat.S_ISSOCK(path.stat().st_mode):
            raise CannotListen(str(path), "there is a file that is no socket", "move it, or give another path")
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.settimeout(1.0)
            try:
                probe.connect(str(path))
            except ConnectionRefusedError:
                path.unlink()
                return
        raise CannotListen(
            str(path), "another relay runs with this data directory", "end it, or give another --data-dir"
        )
