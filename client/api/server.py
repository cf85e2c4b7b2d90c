"""Serves the local API on a loopback address."""

import errno
import logging
import socket

import msgspec
from aiohttp import web

from client.api.archive import ArchiveRoutes
from client.api.deliveries import DeliveryRoutes, as_json
from client.api.events import HEARTBEAT_SECONDS, EventRoutes
from client.api.guard import guarding
from client.api.ngrok import NgrokRoutes, as_ngrok
from client.api.openapi import document
from client.api.schemes import SchemeRoutes
from client.api.search import SearchRoutes
from client.api.tunnels import TunnelRoutes
from client.archive import ServedArchive
from client.openings import Openings
from client.signatures.catalogue import Catalogue
from shared.errors import TunnelError

DEFAULT_PORT = 4040
PORTS_TRIED = 20
BODY_BYTES = 48 * 1024**2
"""Of an edited replay: a content of 32 MiB in base 64, and room for fields."""

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class ApiUnavailable(TunnelError):  # noqa: N818 - reads as the sentence it is
    """The local API cannot listen; says why and what to do."""


class ApiServer:
    """The inspector over HTTP, on this machine alone."""

    def __init__(
        self,
        inspector: ServedArchive,
        *,
        host: str = "127.0.0.1",
        port: int = DEFAULT_PORT,
        heartbeat_seconds: float = HEARTBEAT_SECONDS,
        openings: Openings | None = None,
        catalogue: Catalogue | None = None,
        token: str = "",
    ) -> None:
        """Serve `inspector`.

        Args:
            inspector: what is served.
            host: a loopback address.
            port: the first that is tried; 0: any free one.
            heartbeat_seconds: how often a quiet stream of events shows that it lives.
            openings: opens and closes tunnels; None: nobody does.
            catalogue: the signature schemes to be shown; None: they are not.
            token: whoever asks must know it; empty: whoever is on this machine may ask.
        """
        self._inspector = inspector
        self._host = host
        self._port = port
        self._heartbeat_seconds = heartbeat_seconds
        self._openings = openings
        self._catalogue = catalogue
        self._token = token
        self._runner: web.AppRunner | None = None
        self.port = 0
        """The port that is listened on."""

    async def start(self) -> str:
        """Listen, on the next free port where the wanted one is taken, and give the URL.

        Raises:
            ApiUnavailable: no port is free, or the address is not this machine's own.
        """
        if self._host not in _LOOPBACK:
            raise ApiUnavailable(f"the local API listens on loopback alone, not on {self._host}: use 127.0.0.1")
        listener = self._listener()
        self.port = listener.getsockname()[1]
        strangers = logging.getLogger(f"{__name__}.strangers")  # who speaks no HTTP is answered, and no news
        strangers.setLevel(logging.CRITICAL)
        runner = web.AppRunner(
            self._application(), access_log=None, logger=strangers, handler_cancellation=True, shutdown_timeout=0.5
        )
        self._runner = runner
        await runner.setup()
        await web.SockSite(runner, listener).start()
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self.port}"

    async def close(self) -> None:
        """Stop listening and end what is open."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    def _application(self) -> web.Application:
        application = web.Application(
            middlewares=[guarding(lambda: self.port, self._token)], client_max_size=BODY_BYTES
        )
        application.add_routes([web.get("/api/status", self._status), web.get("/api/openapi.json", self._document)])
        application.add_routes(SearchRoutes(self._inspector).routes())
        application.add_routes(ArchiveRoutes(self._inspector).routes())
        application.add_routes(DeliveryRoutes(self._inspector).routes())
        application.add_routes(TunnelRoutes(self._inspector, self._openings).routes())
        if self._catalogue is not None:
            application.add_routes(SchemeRoutes(self._catalogue).routes())
        application.add_routes(NgrokRoutes(self._inspector).routes())
        application.add_routes(EventRoutes(self._inspector, heartbeat_seconds=self._heartbeat_seconds).routes())
        return application

    async def _status(self, _: web.Request) -> web.StreamResponse:
        status = await self._inspector.status()
        return as_json({**msgspec.structs.asdict(status), **as_ngrok(status)})

    async def _document(self, _: web.Request) -> web.StreamResponse:
        return as_json(document())

    def _listener(self) -> socket.socket:
        last = self._port + (PORTS_TRIED if self._port else 0)
        for port in range(self._port, last + 1):
            family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
            listener = socket.socket(family, socket.SOCK_STREAM)
            try:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listener.bind((self._host, port))
            except OSError as error:
                listener.close()
                if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
                    raise ApiUnavailable(f"the local API cannot listen on {self._host}: {error.strerror}") from error
            else:
                return listener
        raise ApiUnavailable(
            f"the local API finds no free port from {self._port} to {last}: choose another with --inspect-addr"
        )
