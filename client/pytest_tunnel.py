"""What a test sees of a tunnel: what was sent, what arrived, what the check of its signature found."""

import contextlib
import http.client
import socket
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import msgspec
import pytest

from client.arrivals import arrived
from client.inspector import Inspector
from client.views import AttemptView, DeliveryDetail, DeliverySummary, Edits, SignatureState, SignatureView

if TYPE_CHECKING:
    from client.trial import Trial

WAIT_SECONDS = 10.0
SEND_SECONDS = 60.0
_HTTPS = 443


class Answer(NamedTuple):
    """What the sender of a request was answered."""

    status: int
    content: bytes


class Arrival:
    """A delivery that arrived."""

    def __init__(self, trial: "Trial", detail: DeliveryDetail) -> None:
        self._trial = trial
        self.detail = detail
        """Everything that is known of it, with all its attempts."""

    @property
    def summary(self) -> DeliverySummary:
        """Its row in lists: type, event id, status of the newest attempt."""
        return self.detail.summary

    @property
    def verdict(self) -> SignatureView:
        """What the check of its signature found when it was received."""
        return self.detail.attempts[0].signature

    @property
    def content(self) -> bytes:
        """The request's content, as it was received."""
        identity, number = self.summary.id, self.detail.attempts[0].number

        async def read(inspector: Inspector) -> bytes:
            """Read it."""
            return await inspector.content(identity, number, "request")

        return self._trial.ask(read)

    def json(self) -> object:
        """Give the content as JSON."""
        value: object = msgspec.json.decode(self.content)
        return value

    def replay(self, edits: Edits | None = None) -> AttemptView:
        """Send it to the app again, with edits or as it was, and give the finished attempt."""

        async def send(inspector: Inspector) -> AttemptView:
            """Send it."""
            return await inspector.replay(self.summary.id, edits)

        return self._trial.ask(send)

    def assert_signature(self, state: SignatureState = "valid") -> None:
        """Fail with the verdict's reason when the signature was not found to be this."""
        found = self.verdict
        assert found.state == state, (  # noqa: S101 - an assertion is what this is
            f"signature {found.state}, not {state}: {found.sentence} {found.next_step}".rstrip()
        )

    def __repr__(self) -> str:
        """Give what it is in a line."""
        row = self.summary
        return f"<{row.id} {row.method} {row.target} {row.event_type} {row.status} signature {row.signature}>"


class Hookline:
    """The tunnel, as one test sees it: what came before the test is not there."""

    def __init__(self, trial: "Trial", after: int) -> None:
        self._trial = trial
        self._after = after

    @property
    def url(self) -> str:
        """The public URL; what is sent there reaches the app."""
        return self._trial.public_url

    @property
    def ca_file(self) -> Path | None:
        """The CA to trust for `url`; None: the system's."""
        return self._trial.ca_file

    def send(
        self, content: bytes = b"", *, path: str = "/", method: str = "POST", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send a request to the public URL and give the answer. Names below `localhost` need no resolver."""
        url = urlsplit(self.url)
        connection = _Connection(url.hostname or "", url.port or _HTTPS, ca_file=self.ca_file)
        with contextlib.closing(connection):
            connection.request(method, url.path.rstrip("/") + path, content, dict(headers or {}))
            response = connection.getresponse()
            return Answer(response.status, response.read())

    def wait_for(self, query: str = "", *, timeout: float = WAIT_SECONDS) -> Arrival:
        """Give the first delivery of this test that matches, as soon as there is one.

        Args:
            query: a filter expression, as `type:call.ended status:2xx`.
            timeout: seconds; then the test fails, and what did arrive is listed.
        """
        return self.wait_for_all(query, count=1, timeout=timeout)[0]

    def wait_for_all(self, query: str = "", *, count: int, timeout: float = WAIT_SECONDS) -> list[Arrival]:
        """Give the first `count` deliveries of this test that match, as soon as there are so many."""

        async def wait(inspector: Inspector) -> list[Arrival]:
            """Wait, and read what there is."""
            rows = await arrived(inspector, query, count=count, seconds=timeout, after=self._after)
            return [Arrival(self._trial, await inspector.delivery(row.id)) for row in rows]

        found = self._trial.ask(wait)
        if len(found) < count:
            there = self.deliveries()
            pytest.fail(f"{len(found)} of {count} arrived in {timeout} s that match {query!r}; there are: {there}")
        return found

    def deliveries(self, query: str = "") -> list[Arrival]:
        """Give all deliveries of this test that match, up to 1,000."""

        async def read(inspector: Inspector) -> list[Arrival]:
            """Read them."""
            rows = await inspector.deliveries(query=query, after=self._after, limit=1000)
            return [Arrival(self._trial, await inspector.delivery(row.id)) for row in rows]

        return self._trial.ask(read)


class _Connection(http.client.HTTPSConnection):
    """A connection that finds names below `localhost` on this machine, whatever the resolver says (RFC 6761)."""

    def __init__(self, host: str, port: int, *, ca_file: Path | None) -> None:
        self._trusting = ssl.create_default_context(cafile=ca_file)
        super().__init__(host, port, timeout=SEND_SECONDS, context=self._trusting)

    def connect(self) -> None:
        here = self.host == "localhost" or self.host.endswith(".localhost")
        plain = socket.create_connection(("127.0.0.1" if here else self.host, self.port), SEND_SECONDS)
        self.sock = self._trusting.wrap_socket(plain, server_hostname=self.host)
