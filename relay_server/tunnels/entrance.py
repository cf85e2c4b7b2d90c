"""The door for clients: upgrades to the tunnel's WebSocket, for tokens that are good."""

import asyncio
import secrets
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from http import HTTPStatus

from aiohttp import web

from relay_server.endpoint import Endpoint
from relay_server.own_host import problem
from relay_server.routes import Routes
from relay_server.senders import Networks, counted_as, first_untrusted
from relay_server.tokens import Names, Owner, Tokens
from relay_server.tunnels.leases import Leases
from relay_server.tunnels.member import Member
from relay_server.tunnels.patience import Patience
from relay_server.tunnels.transport import ServerTransport
from relay_server.version import version
from shared.errors import LinkClosed, ProtocolError
from shared.ids import NewId
from shared.link import Doorstep, Transport
from shared.link.ledger import CannotResume
from shared.logs import Log
from shared.protocol.codes import LINK_PATH, SUBPROTOCOL, GoAwayCode
from shared.protocol.hello import Hello

log = Log(__name__)

HELLO_SECONDS = 10.0
LINKS_PER_OWNER = 64
"""How many clients of one token may be in at once."""
CLOSE_REVOKED = 4403
CLOSE_TRY_LATER = 1013
CLOSE_RESTARTING = 1012
_BEARER = "bearer "
PRODUCT = f"hookline-relay/{version()}"


class Entrance:
    """Lets clients in, and knows who is in."""

    def __init__(
        self,
        *,
        tokens: Tokens,
        names: Names,
        routes: Routes,
        endpoint: Callable[[str], Endpoint],
        clock: Callable[[], float],
        new_id: NewId,
        random_name: Callable[[], str],
        hold_seconds: float,
        trusted: Networks = (),
    ) -> None:
        """Begin with nobody in.

        Args:
            tokens: who may connect.
            names: whose a name is.
            routes: tells public URLs.
            endpoint: gives the endpoint of a name, made and routed where it is new.
            clock: seconds, for limiting failed attempts.
            new_id: names links.
            random_name: gives endpoint names for clients that ask for none.
            hold_seconds: how long a delivery waits for its link to be connected.
            trusted: the networks of proxies that are believed when they say for whom they ask.
        """
        self._trusted = trusted
        self._clock = clock
        self._hold_seconds = hold_seconds
        self._tokens = tokens
        self._new_id = new_id
        self._leases = Leases(names=names, routes=routes, endpoint=endpoint, random_name=random_name)
        self._members: dict[str, Member] = {}
        self._greeting: dict[Transport, Owner] = {}
        """Connections of good tokens that have not said HELLO yet."""
        self._tasks: asyncio.TaskGroup | None = None
        self._patience = Patience(clock=clock)
        self._draining = False

    @property
    def members(self) -> frozenset[Member]:
        """Who is in."""
        return frozenset(self._members.values())

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Let clients in for as long as the block runs; their links end with it."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            try:
                yield
            finally:
                self.close()
                self._tasks = None

    def register(self, application: web.Application) -> None:
        """Serve the link's path in `application`."""
        application.router.add_get(LINK_PATH, self._link)

    def check_tokens(self) -> None:
        """Dismiss everybody whose token is good no longer; called when the tokens changed."""
        for transport, owner in self._greeting.items():
            if not self._tokens.is_good(owner):
                transport.close(CLOSE_REVOKED, "the token is good no longer")
        for member in list(self._members.values()):
            if not self._tokens.is_good(member.owner):
                member.dismiss(
                    GoAwayCode.REVOKED,
                    "the relay's operator revoked or rotated your token: get a new one, then `hookline login`",
                )

    def drain(self) -> None:
        """Let nobody in any more, and have everybody go elsewhere; what still comes is served until `close`."""
        self._draining = True
        for member in list(self._members.values()):
            member.warn("the relay is restarting")

    def close(self, sentence: str = "the relay is restarting") -> None:
        """Let nobody in any more and end every link."""
        self._draining = True
        for transport in self._greeting:
            transport.close(CLOSE_RESTARTING, sentence)
        for member in list(self._members.values()):
            member.dismiss(GoAwayCode.DRAINING, sentence)

    async def _link(self, request: web.Request) -> web.StreamResponse:
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        try:
            owner = self._owner(request)
        except sqlite3.Error as error:
            log.error("tokens.unreadable", error=error)
            return _refuse(
                HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", "the relay cannot look up tokens now", retry_after=2
            )
        if owner is None:
            return self._bad_token(self._sender(request))
        greeting = sum(other.id == owner.id for other in self._greeting.values())
        connected = sum(member.link.connected for member in self._members_of(owner))
        if greeting + connected >= LINKS_PER_OWNER:
            return _refuse(HTTPStatus.TOO_MANY_REQUESTS, "too-many", _too_many_links(owner), retry_after=5)
        return await self._serve(request, owner)

    def _bad_token(self, sender: str) -> web.Response:
        """Refuse a bad token; only these are limited, since many clients may share an address."""
        counted = counted_as(sender)
        wait = self._patience.wait_seconds(counted)
        if wait:
            return _refuse(
                HTTPStatus.TOO_MANY_REQUESTS,
                "too-many-attempts",
                "too many bad tokens from your address",
                retry_after=wait,
            )
        self._patience.failed(counted)
        log.info("link.refused", remote=sender, code="bad-token")
        return _refuse(
            HTTPStatus.UNAUTHORIZED,
            "bad-token",
            "the token is unknown, expired or revoked: run `hookline login` again",
            fields={"WWW-Authenticate": "Bearer"},
        )

    def _sender(self, request: web.Request) -> str:
        peer = (request.remote or "").removeprefix("::ffff:")
        chain = ", ".join(request.headers.getall("X-Forwarded-For", ())).encode("latin-1", "replace")
        return first_untrusted(peer, chain, self._trusted)

    async def _serve(self, request: web.Request, owner: Owner) -> web.StreamResponse:
        socket = web.WebSocketResponse(
            protocols=(SUBPROTOCOL,),
            compress=False,
        )
        sender, connection = self._sender(request), request.transport
        if connection is None or not socket.can_prepare(request).ok:
            await socket.prepare(request)  # which says what is wrong with it
            return socket
        transport = ServerTransport(connection)
        await socket.prepare(request)
        await transport.carry(partial(self._greet, owner, sender))
        return socket

    async def _greet(self, owner: Owner, remote: str, transport: Transport) -> None:
        """Hear a client's first words, and go on with its link or begin one."""
        self._greeting[transport] = owner
        try:
            doorstep = Doorstep(transport)
            hello, _ = await doorstep.listen(Hello, HELLO_SECONDS)
        except (LinkClosed, ProtocolError) as error:
            _tell_of_no_hello(remote, error)
            return
        finally:
            del self._greeting[transport]
        if self._tasks is None or self._resumed(hello, owner, doorstep):
            return
        if len(self._members_of(owner)) >= LINKS_PER_OWNER:
            log.warning("link.refused", remote=remote, owner=owner.name, code="too-many")
            transport.close(CLOSE_TRY_LATER, _too_many_links(owner))
            return
        member = self._member(owner, remote)
        self._members[member.link_id] = member
        self._tasks.create_task(self._keep(member))
        try:
            await asyncio.sleep(0)  # until it runs: once an endpoint is granted, deliveries may come at once
            if member.link.ended:
                transport.abort()
            else:
                member.greet(hello, doorstep)
        except BaseException:
            member.dismiss(
                GoAwayCode.LEAVING, "it could not be greeted"
            )  # else it would wait for a connection for good
            raise

    def _member(self, owner: Owner, remote: str) -> Member:
        return Member(
            link_id=self._new_id("lnk"),
            key=secrets.token_urlsafe(32),
            owner=owner,
            remote=remote,
            leases=self._leases,
            product=PRODUCT,
            hold_seconds=self._hold_seconds,
            clock=self._clock,
        )

    def _resumed(self, hello: Hello, owner: Owner, doorstep: Doorstep) -> bool:
        member = self._members.get(hello.resume.link_id) if hello.resume is not None else None
        if member is None or hello.resume is None or not member.may_resume(hello.resume, owner):
            return False
        try:
            member.resume(hello.resume, doorstep)
        except CannotResume as error:
            log.warning("link.not_resumed", link=member.link_id, reason=str(error))
            member.dismiss(GoAwayCode.LEAVING, str(error))
            return False
        return True

    async def _keep(self, member: Member) -> None:
        try:
            await member.keep()
        finally:
            self._members.pop(member.link_id, None)

    def _refusal(self, request: web.Request) -> web.Response | None:
        """Say why this cannot be the beginning of a link, whoever asks."""
        if "Origin" in request.headers:
            return _refuse(
                HTTPStatus.FORBIDDEN, "browser", "links are opened by the hookline client, not by a web page"
            )
        if self._draining:
            return _refuse(HTTPStatus.SERVICE_UNAVAILABLE, "draining", "the relay is restarting", retry_after=2)
        offered = [name.strip() for name in request.headers.get("Sec-WebSocket-Protocol", "").split(",")]
        if SUBPROTOCOL not in offered or request.version != (1, 1) or request.body_exists:
            return _refuse(
                HTTPStatus.UPGRADE_REQUIRED,
                "version",
                f"this relay speaks {SUBPROTOCOL} over WebSocket (RFC 6455): use a hookline client of its age",
                fields={"Upgrade": "websocket", "Sec-WebSocket-Protocol": SUBPROTOCOL},
            )
        return None

    def _members_of(self, owner: Owner) -> list[Member]:
        return [member for member in self._members.values() if member.owner.id == owner.id]

    def _owner(self, request: web.Request) -> Owner | None:
        given = request.headers.get("Authorization", "")
        if given[: len(_BEARER)].lower() != _BEARER:
            return None
        return self._tokens.check(given[len(_BEARER) :].strip())


def _too_many_links(owner: Owner) -> str:
    return f"{LINKS_PER_OWNER} clients of the token {owner.name} are in: stop some of them"


def _tell_of_no_hello(remote: str, error: LinkClosed | ProtocolError) -> None:
    """Log that a client came in and did not greet; one that only left has tried its token, as `hookline login` does."""
    if isinstance(error, LinkClosed):
        log.debug("link.left", remote=remote, reason=str(error))
    else:
        log.info("link.refused", remote=remote, code="no-hello", reason=str(error))


def _refuse(
    status: HTTPStatus, code: str, sentence: str, *, retry_after: int | None = None, fields: Mapping[str, str] = {}
) -> web.Response:
    answer = problem(status, code, sentence)
    answer.headers.update(fields)
    if retry_after is not None:
        answer.headers["Retry-After"] = str(retry_after)
    return answer
