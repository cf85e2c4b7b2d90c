"""The root: knows every part of the relay, builds them, decides nothing."""

import asyncio
import os
import secrets
import socket
import sqlite3
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from relay_server.addresses import ListenAddress, url
from relay_server.admin.server import AdminServer, too_long
from relay_server.admin.status import EndpointStatus, RelayStatus
from relay_server.config import Settings
from relay_server.endpoint import Endpoint
from relay_server.gateway.gateway import Gateway
from relay_server.inherited import Inherited
from relay_server.listening import listening_sockets, shown
from relay_server.memory import watched
from relay_server.observe import Observe
from relay_server.own_host import own_host, runner_of
from relay_server.plan import door_settings, make_plan
from relay_server.routes import Routes
from relay_server.tls.certificates import Certificates
from relay_server.tls.files import CertificateFiles
from relay_server.tls.local_ca import LocalAuthority
from relay_server.tokens import Names, Tokens
from relay_server.tokens.schema import BUSY_MILLISECONDS, open_store
from relay_server.tokens.watch import Changes
from relay_server.tunnels.entrance import Entrance
from relay_server.version import version
from shared.ids import new_id
from shared.logs import Log

TOKENS_EVERY_SECONDS = 0.5
"""How often the tokens are looked at: a revoked one is noticed within a second."""


@dataclass(frozen=True, slots=True)
class Ready:
    """What a started relay can be reached by."""

    url: str
    port: int
    http_port: int | None
    """Of the additional plain listener; None: there is none."""
    domain: str
    ca: Path | None
    """The authority that clients must be told to trust; None: they know it."""


class Relay:
    """A relay that serves while its block runs: `async with Relay(settings) as relay`."""

    def __init__(self, settings: Settings, inherited: Inherited | None = None) -> None:
        """Plan what is to be served; nothing is opened yet.

        Args:
            settings: what to serve.
            inherited: sockets that listen already; None: there are none.

        Raises:
            ConfigError: something needed is missing, or two settings contradict each other.
        """
        self._settings = settings
        self._trusted = tuple(one.network for one in settings.trusted_proxy)
        self._inherited = inherited or Inherited()
        self._plan = make_plan(settings)
        self._log = Log("hookline.relay")
        self._closing = AsyncExitStack()
        self._endpoints: dict[str, Endpoint] = {}
        self._started_at = 0.0
        self._accepting = False
        self._admin: str | None = None

    async def __aenter__(self) -> Self:
        """Open the files, listen.

        Raises:
            CannotStart: an address, the certificate or the data directory cannot be had; says which, why, what to do.
            StoreUnusable, SchemaTooNew: of the file of tokens.
        """
        try:
            await self._start()
        except BaseException:
            await self._closing.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        """Close everything; deliveries that run are cut off, unless `drain` let them finish before."""
        await self._closing.aclose()

    @property
    def ready(self) -> Ready:
        """What the relay can be reached by."""
        authority = None if self._certificates is None else self._certificates.authority
        return Ready(self._url, self._port, self._http_port, str(self._plan.domain), authority)

    @property
    def status(self) -> RelayStatus:
        """What the operator is told."""
        ends_at = None if self._certificates is None else self._certificates.pair.ends_at.isoformat()
        return RelayStatus(
            version=version(),
            pid=os.getpid(),
            url=self._url,
            listen=self._addresses,
            started_at=self._started_at,
            draining=not self._accepting,
            certificate_ends_at=ends_at,
            endpoints=tuple(self._endpoint_status(name) for name in self._names.all()),
            overloaded=self._gateway.overloaded,
        )

    async def run(self) -> None:
        """Look after certificates, tokens and memory until cancelled."""
        memory = watched(self._settings.memory_limit, on_change=self._gateway.overload, log=self._log)
        async with asyncio.TaskGroup() as tasks:
            if self._certificates is not None:
                tasks.create_task(self._certificates.run())
            if memory is not None:
                tasks.create_task(memory.run())
            tasks.create_task(self._watch_tokens())

    async def drain(self) -> None:
        """Accept no delivery any more, and let those that run finish within the time that the settings give."""
        self._accepting = False
        self._log.info("relay.draining", seconds=self._settings.drain)
        self._entrance.drain()
        await self._gateway.drain(self._settings.drain)
        self._entrance.close()

    async def _start(self) -> None:
        settings, plan = self._settings, self._plan
        self._store = self._build_store()  # first: it makes the data directory, for its owner alone
        self._certificates = self._build_certificates()
        self._changes = Changes(self._store)
        self._tokens = Tokens(self._store, clock=time.time)
        self._names = Names(self._store, clock=time.time)
        self._bind()
        self._routes = self._build_routes()
        self._entrance = self._build_entrance()
        await self._closing.enter_async_context(self._entrance.open())
        self._gateway = await self._build_gateway()
        for name in self._names.all():
            self._endpoint(name, expected=True)
        await self._start_admin()
        await self._listen()
        self._started_at = time.time()
        self._accepting = True
        self._log.info(
            "relay.ready",
            url=self._url,
            listen=",".join(self._addresses),
            tls=plan.tls,
            admin=self._admin or "off",
            data=settings.data_directory,
            version=version(),
        )

    def _build_certificates(self) -> Certificates | None:
        plan = self._plan
        if plan.tls == "off":
            return None
        if plan.certificate is not None:
            certificate, key = plan.certificate
            found = Certificates(CertificateFiles(certificate, key, now=_now), now=_now, log=self._log)
        else:
            authority = LocalAuthority(self._settings.data_directory, plan.domain, now=_now)
            found = Certificates(authority, now=_now, log=self._log)
        for host, hint in ((plan.domain, "clients will refuse it"), (f"any.{plan.domain}", "only /t/NAME will work")):
            if not found.pair.covers(host):
                self._log.warning("certificate.not_for", host=host.replace("any.", "*."), hint=hint)
        return found

    def _build_store(self) -> sqlite3.Connection:
        store = open_store(self._settings.data_directory, busy_milliseconds=BUSY_MILLISECONDS)
        self._closing.callback(store.close)
        return store

    def _build_routes(self) -> Routes:
        public = self._plan.public_url
        scheme = "http" if self._plan.tls == "off" else "https"
        scheme, port = (scheme, self._port) if public is None else (public.scheme, public.port)
        self._url = url(scheme, self._plan.domain, port)
        return Routes(domain=self._plan.domain, scheme=scheme, port=port)

    def _build_entrance(self) -> Entrance:
        return Entrance(
            tokens=self._tokens,
            names=self._names,
            routes=self._routes,
            endpoint=self._endpoint,
            clock=time.monotonic,
            new_id=new_id,
            random_name=lambda: f"h{secrets.token_hex(4)}",
            hold_seconds=self._settings.hold,
            trusted=self._trusted,
        )

    async def _build_gateway(self) -> Gateway:
        application = own_host(ready=lambda: self._accepting and not self._gateway.overloaded)
        self._entrance.register(application)
        runner = runner_of(application)
        await runner.setup()
        self._closing.push_async_callback(runner.cleanup)
        server = runner.server
        if server is None:
            raise AssertionError(runner)
        gateway = Gateway(
            routes=self._routes,
            own_host=server,
            clock=time.time,
            new_id=new_id,
            settings=door_settings(self._settings),
        )
        self._closing.push_async_callback(gateway.close)
        return gateway

    async def _start_admin(self) -> None:
        address = self._settings.admin_address
        if self._settings.admin is None and address.path is not None and too_long(address.path):
            self._log.warning("admin.off", path=address.path, problem="too long for a socket", hint="--admin PATH")
            return
        server = AdminServer(lambda: self.status)
        self._closing.push_async_callback(server.close)
        self._admin = await server.start(address)

    def _bind(self) -> None:
        """Take the addresses first: the URLs that everything else is built with contain the port."""
        plan = self._plan
        self._public = [sock for address in plan.listen for sock in self._bound(address)]
        self._plain = [] if plan.listen_http is None else self._bound(plan.listen_http)
        self._inherited.check_empty()
        self._addresses = tuple(shown(sock) for sock in (*self._public, *self._plain))
        self._port: int = self._public[0].getsockname()[1]
        self._http_port: int | None = self._plain[0].getsockname()[1] if self._plain else None

    def _bound(self, address: ListenAddress) -> list[socket.socket]:
        found = self._inherited.take(address) or listening_sockets(address)
        for sock in found:
            self._closing.callback(sock.close)
        return found

    async def _listen(self) -> None:
        context = None if self._certificates is None else self._certificates.context
        for sockets, tls, scheme in ((self._public, context, None), (self._plain, None, "http")):
            for sock in sockets:
                await self._gateway.listen(sock, tls=tls, scheme=scheme)

    def _endpoint(self, name: str, *, expected: bool = False) -> Endpoint:
        endpoint = self._endpoints.get(name)
        if endpoint is None:
            endpoint = self._endpoints[name] = Endpoint(
                name, clock=time.monotonic, hold_seconds=self._settings.hold, expected=expected
            )
            self._routes.add(name, Observe(endpoint, self._log))
        return endpoint

    def _endpoint_status(self, name: str) -> EndpointStatus:
        owner = self._names.owner(name)
        endpoint = self._endpoints.get(name)
        links = 0 if endpoint is None else len(endpoint.links)
        return EndpointStatus(name, "" if owner is None else owner.name, links, self._routes.public_urls(name))

    async def _watch_tokens(self) -> None:
        """Let go of those whose token ended, and of names that were freed."""
        while True:
            await asyncio.sleep(TOKENS_EVERY_SECONDS)
            try:
                self._entrance.check_tokens()
                if self._changes():
                    self._forget_freed_names()
            except sqlite3.Error as error:
                self._log.error("tokens.unreadable", error=error)

    def _forget_freed_names(self) -> None:
        for name in self._endpoints.keys() - set(self._names.all()):
            del self._endpoints[name]
            self._routes.remove(name)
            self._log.info("name.freed", name=name)


def _now() -> datetime:
    return datetime.now(UTC)
