"""What tests of recording stand on: requests, apps that answer, a store in a directory."""

import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Iterator
from itertools import count
from pathlib import Path

from client.deliveries import Feed, Limits, Record, Store
from client.deliveries.judging import Judging
from client.deliveries.taking_in import TakeIn
from client.inspector import Inspector
from client.local_inspector import LocalInspector
from client.replay import Replayer
from client.signatures.catalogue import Catalogue
from client.signatures.engine import Signatures
from client.signatures.rule import Rule
from client.signatures.secret import Secret
from client.views import Status
from shared.exchange import Content, Delivery, Handler, Request, Response
from shared.http.heads import Fields, RequestHead, ResponseHead

SECRET = b"whsec_for_tests"
APP = "http://localhost:3000"
CATALOGUE = Catalogue.load()
PUBLIC_URL = "https://demo.localhost:8443"


class Clock:
    """Unix seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1_763_900_000.0

    def __call__(self) -> float:
        """Give the time."""
        return self.now


class Desk:
    """A store with everything around it, as the agent composes it."""

    def __init__(
        self, path: Path, *, limits: Limits | None = None, capture_bytes: int = 1024**2, target: str = APP
    ) -> None:
        self.clock = Clock()
        self.feed = Feed()
        self.store = Store.open(path, clock=self.clock, limits=limits)
        self.signatures = Signatures(
            catalogue=CATALOGUE, rules=[Rule(scheme="talkifai", secrets=(Secret("env:SECRET", SECRET),))]
        )
        self.store.recover_landed(Judging(self.store, self.signatures).attend)
        self.capture_bytes = capture_bytes
        self.target = target
        self.app: Handler = answering()
        self.record = self.recorder()
        self.replayer = Replayer(self.record, store=self.store, signatures=self.signatures, clock=self.clock)
        self.take_in = TakeIn(
            store=self.store, signatures=self.signatures, clock=self.clock, new_id=lambda _: self.delivery().id
        )
        self.inspector = LocalInspector(
            store=self.store,
            feed=self.feed,
            replayer=self.replayer,
            take_in=self.take_in,
            status=lambda: Status("0", "", "online"),
        )
        self._ids = count(1)

    def recorder(self, *, require_history: bool = False) -> Record:
        """Make a handler that records what the app of the moment answers."""

        async def inner(request: Request) -> Response:
            """Ask the app of the moment."""
            return await self.app(request)

        return Record(
            inner,
            store=self.store,
            signatures=self.signatures,
            feed=self.feed,
            clock=self.clock,
            target=self.target,
            capture_bytes=self.capture_bytes,
            require_history=require_history,
        )

    def delivery(self) -> Delivery:
        """Make what the relay would say of the next request."""
        return Delivery(f"dlv_{next(self._ids):06d}", 1, "demo", self.clock.now, "203.0.113.7", PUBLIC_URL)

    async def deliver(self, request: Request) -> bytes:
        """Have a request answered as the link does; give the answer's content."""
        response = await self.record(request)
        try:
            return await drained(response)
        finally:
            response.close()

    async def send(self, content: bytes = b"{}", fields: Fields = (), **head: bytes) -> Response:
        """Send a small request and give the closed response."""
        response = await self.record(Request(head_of(content, fields, **head), self.delivery(), Content(content)))
        response.close()
        return response


def head_of(content: bytes, fields: Fields = (), **head: bytes) -> RequestHead:
    """Make a request's head."""
    framing = ((b"Host", b"demo.localhost:8443"), (b"Content-Length", b"%d" % len(content)))
    return RequestHead(head.get("method", b"POST"), head.get("target", b"/hooks"), (*framing, *fields))


def event(event_id: str = "evt_1", kind: str = "call.ended") -> tuple[bytes, Fields]:
    """Make a signed TalkifAI event: its content and the field that signs it."""
    content = json.dumps({"id": event_id, "type": kind, "created": "2024-01-15T10:34:05Z", "data": {}}).encode()
    return content, (signature(content),)


def signature(content: bytes, secret: bytes = SECRET) -> tuple[bytes, bytes]:
    """Make the field that signs a content."""
    return b"X-TalkifAI-Signature", b"sha256=" + hmac.new(secret, content, hashlib.sha256).hexdigest().encode()


def answering(status: int = 200, content: bytes = b'{"ok":true}') -> Handler:
    """Make an app that takes the whole request and gives the same answer to all."""

    async def app(request: Request) -> Response:
        """Take a request."""
        if request.content.whole() is None:
            while await request.content.read():
                pass
        fields = ((b"Content-Type", b"application/json"), (b"Content-Length", b"%d" % len(content)))
        return Response(ResponseHead(status, b"OK", fields), Content(content))

    return app


def raising(error: BaseException) -> Callable[[Request], Awaitable[Response]]:
    """Make an app that gives no answer."""

    async def app(request: Request) -> Response:
        """Take a request."""
        request.content.whole()
        raise error

    return app


async def drained(response: Response) -> bytes:
    """Take the whole content of a response."""
    parts: list[bytes] = []
    while part := await response.content.read():
        parts.append(part)
    return b"".join(parts)


def pieces_of(content: bytes, size: int) -> Iterator[bytes]:
    """Cut a content into pieces."""
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def only(inspector: Inspector) -> str:
    """Give the id of the only delivery."""
    (summary,) = await inspector.deliveries()
    return summary.id
