"""The inspector of a running client, over its local API."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, Self, TypeVar
from urllib.parse import quote

import aiohttp
import msgspec

from client.api.problems import Problem, error_of
from client.api.stream import EventReader
from client.deliveries.export.model import CapturedExchange
from client.inspector import Side
from client.views import AttemptView, Change, DeliveryDetail, DeliverySummary, Edits, Scanned, Status
from shared.errors import TunnelError

T = TypeVar("T")

GONE_SECONDS = 5.0
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 1.0
TOGETHER_BYTES = 16 * 1024**2
"""Of imported contents in one request."""

_JSON = {"Content-Type": "application/json"}
_PATIENT = aiohttp.ClientTimeout(total=None, sock_connect=GONE_SECONDS)
"""Of what takes as long as it takes: the app's answer, the removal of a long history."""

SILENCE_SECONDS = 40.0
"""Heartbeats come every 15 s: a stream that is silent for longer is dead."""


class ClientGone(TunnelError):  # noqa: N818 - reads as the sentence it is
    """The client whose local API this was does not answer."""


class _Page(msgspec.Struct):
    deliveries: list[DeliverySummary]


class _Removed(msgspec.Struct):
    removed: int


class RemoteInspector:
    """An `Inspector` in another process than the client: a context that closes it, or `close` does."""

    def __init__(self, url: str, *, gone_seconds: float = GONE_SECONDS, token: str = "") -> None:
        """Ask the API at `url`.

        Args:
            url: as `ApiServer.start` gives it.
            token: what the API wants to be told; empty: nothing.
            gone_seconds: a client that is not there for so long has ended.
        """
        self._url = url.rstrip("/")
        self._gone_seconds = gone_seconds
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Let the connections go."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def status(self) -> Status:
        """Give the state of link, tunnels and counts."""
        return await self._get("/api/status", Status)

    async def deliveries(
        self, *, query: str = "", before: int | None = None, after: int | None = None, limit: int = 100
    ) -> list[DeliverySummary]:
        """Give a page of at most `limit` deliveries in order of `seq`, as the protocol says.

        Raises:
            FilterError: the query has a mistake.
        """
        asked = {"q": query or None, "before": before, "after": after, "limit": limit}
        params = {name: str(value) for name, value in asked.items() if value is not None}
        return (await self._get("/api/deliveries", _Page, params=params)).deliveries

    async def delivery(self, delivery_id: str) -> DeliveryDetail:
        """Give one delivery by its id or an unambiguous beginning of it.

        Raises:
            UnknownDelivery: there is none, or several.
        """
        return await self._get(_path(delivery_id), DeliveryDetail)

    async def content(self, delivery_id: str, attempt: int, side: Side) -> bytes:
        """Give the captured content of an attempt's request or response.

        Raises:
            UnknownDelivery: there is no such delivery or attempt.
        """
        return await self._ask("GET", f"{_path(delivery_id)}/attempts/{attempt}/{side}/content")

    async def replay(self, delivery_id: str, edits: Edits | None = None) -> AttemptView:
        """Send a delivery to the app again and give the finished attempt.

        Raises:
            UnknownDelivery: there is no such delivery.
            ReplayRefused: its capture is not complete, or it cannot be sent like this.
        """
        body = msgspec.json.encode(edits or Edits())
        answer = await self._ask("POST", f"{_path(delivery_id)}/replay", data=body, headers=_JSON, timeout=_PATIENT)
        return msgspec.json.decode(answer, type=AttemptView)

    async def search(self, query: str, *, before: int | None = None, limit: int = 100) -> AsyncIterator[Scanned]:
        """Search from the newest to the oldest, and tell how far it has come.

        Raises:
            FilterError: the query has a mistake.
            ClientGone: nobody answers, or the answer broke off.
        """
        asked = {"q": query, "before": before, "limit": limit}
        params = {name: str(value) for name, value in asked.items() if value is not None}
        try:
            async with self._open().get(f"{self._url}/api/search", params=params, timeout=_PATIENT) as response:
                if not response.ok:
                    raise _refusal(await response.read(), response.status, self._url)
                rest = b""
                async for data in response.content.iter_any():
                    *lines, rest = (rest + data).split(b"\n")
                    for line in lines:
                        yield msgspec.json.decode(line, type=Scanned)
        except (aiohttp.ClientError, TimeoutError, ConnectionError, msgspec.DecodeError) as error:
            raise ClientGone(f"no hookline answers at {self._url} ({error}): is it still running?") from error

    async def pin(self, delivery_id: str, *, pinned: bool = True) -> DeliverySummary:
        """Keep a delivery from being forgotten and cleared, or no longer; give its row.

        Raises:
            UnknownDelivery: there is none, or several.
            NotWritten: the history file does not take it now.
        """
        answer = await self._ask("PUT" if pinned else "DELETE", f"{_path(delivery_id)}/pin", headers=_JSON)
        return msgspec.json.decode(answer, type=DeliverySummary)

    async def clear(self, query: str = "", *, pinned: bool = False) -> int:
        """Remove the deliveries that match, but for those that are being answered; give how many were removed.

        Raises:
            FilterError: the query has a mistake.
            NotWritten: the history file does not take it now; some may be gone.
        """
        params = {"q": query, "pinned": "true" if pinned else "false"}
        answer = await self._ask("DELETE", "/api/deliveries", params=params, headers=_JSON, timeout=_PATIENT)
        return msgspec.json.decode(answer, type=_Removed).removed

    async def remove(self, delivery_id: str) -> None:
        """Remove one delivery with its attempts, pinned or not.

        Raises:
            UnknownDelivery: there is none, or several.
            NotWritten: the history file does not take it now, or the delivery is being answered.
        """
        await self._ask("DELETE", _path(delivery_id), headers=_JSON)

    async def take_in(self, exchanges: Sequence[CapturedExchange]) -> list[DeliverySummary]:
        """Keep exchanges as deliveries, each with the attempt that it was, and give their rows in order.

        Raises:
            NotWritten: the history file does not take them now; some may be in it.
        """
        taken: list[DeliverySummary] = []
        for part in _together(exchanges):
            body = msgspec.json.encode({"exchanges": part})
            answer = await self._ask("POST", "/api/deliveries/import", data=body, headers=_JSON, timeout=_PATIENT)
            taken += msgspec.json.decode(answer, type=_Page).deliveries
        return taken

    async def changes(self, after: int | None = None) -> AsyncIterator[Change]:
        """Follow the feed from the event after number `after`, or from now; connect again when the stream breaks.

        Ends when the client has been gone for `gone_seconds`.
        """
        loop = asyncio.get_running_loop()
        reader = EventReader(after)
        alive_at, pause = loop.time(), FIRST_PAUSE_SECONDS
        while loop.time() - alive_at < self._gone_seconds:
            try:
                async for change in self._stream(reader):
                    alive_at, pause = loop.time(), FIRST_PAUSE_SECONDS
                    if change is not None:
                        yield change
            except (aiohttp.ClientError, TimeoutError, ConnectionError):
                pass
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _stream(self, reader: EventReader) -> AsyncIterator[Change | None]:
        reader.begin()
        headers = {} if reader.last is None else {"Last-Event-ID": str(reader.last)}
        quiet = aiohttp.ClientTimeout(total=None, sock_connect=self._gone_seconds, sock_read=SILENCE_SECONDS)
        async with self._open().get(f"{self._url}/api/events", headers=headers, timeout=quiet) as response:
            response.raise_for_status()
            yield None
            async for data in response.content.iter_any():
                for change in reader.read(data):
                    yield change

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(trust_env=False, auto_decompress=False, headers=self._headers)
        return self._session

    async def _get(self, path: str, kind: type[T], *, params: dict[str, str] | None = None) -> T:
        return msgspec.json.decode(await self._ask("GET", path, params=params), type=kind)

    async def _ask(self, method: str, path: str, **options: Any) -> bytes:
        """Ask and give the answer's body.

        Raises:
            ClientGone: nobody answers.
            TunnelError: the refusal, as the type that it was on the other side.
        """
        try:
            async with self._open().request(method, f"{self._url}{path}", **options) as response:
                body = await response.read()
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            raise ClientGone(f"no hookline answers at {self._url} ({error}): is it still running?") from error
        if response.ok:
            return body
        raise _refusal(body, response.status, self._url)


def _refusal(body: bytes, status: int, url: str) -> TunnelError:
    """Give the error that a refusal stands for."""
    try:
        return error_of(msgspec.json.decode(body, type=Problem))
    except msgspec.DecodeError:
        return ClientGone(f"what answers at {url} is not hookline: it said {status}")


def _together(exchanges: Sequence[CapturedExchange]) -> Iterator[list[CapturedExchange]]:
    """Give the exchanges in lists that fit into one request each."""
    part: list[CapturedExchange] = []
    size_bytes = 0
    for exchange in exchanges:
        response = b"" if exchange.response is None else exchange.response.content or b""
        own_bytes = 4096 + len(exchange.content or b"") + len(response)
        if part and size_bytes + own_bytes > TOGETHER_BYTES:
            yield part
            part, size_bytes = [], 0
        part.append(exchange)
        size_bytes += own_bytes
    if part:
        yield part


def _path(delivery_id: str) -> str:
    return f"/api/deliveries/{quote(delivery_id, safe='')}"
