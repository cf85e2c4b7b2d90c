"""Posts signed test events and behaves as their provider does: waits so long, retries so often."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

import aiohttp
from msgspec.structs import replace
from yarl import URL

from client.signatures.clock import judge_answer
from client.signatures.scheme import DeliveryRules, Scheme
from client.signatures.secret import Secret
from client.signatures.sign import signed
from client.signatures.subject import Subject
from client.simulate.events import Event
from client.simulate.resolver import LocalhostResolver

DEFAULT_TIMEOUT_SECONDS = 30.0
"""For providers that publish none."""

LARGEST_ANSWER_BYTES = 1024 * 1024

FORGED = Secret("a secret that is not the provider's", b"whsec_nobody_was_told_this")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to send, and what to expect of it."""

    label: str
    """What it shows, for people."""
    event: Event
    path: str
    """The target at the public URL."""
    signing: Literal["good", "forged", "none"] = "good"
    expected: tuple[int, ...] = (200,)
    """Statuses of the last answer that are as they should be."""
    retries: bool = True
    """False: sent once, whatever is answered, as a call that somebody waits for."""


@dataclass(frozen=True, slots=True)
class Try:
    """One post and its answer."""

    status: int | None
    """None: no answer."""
    seconds: float
    failure: str = ""
    """Why there was no answer, in a few words."""
    answer: bytes = b""


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a step."""

    step: Step
    tries: tuple[Try, ...]

    @property
    def status(self) -> int | None:
        """The status of the last answer; None: there was none."""
        return self.tries[-1].status

    @property
    def seconds(self) -> float:
        """How long the last answer took."""
        return self.tries[-1].seconds

    @property
    def as_expected(self) -> bool:
        """True when the last answer is one that the step expects."""
        return self.status in self.step.expected


class Sender:
    """A provider as its subscribers see it."""

    def __init__(
        self,
        *,
        url: str,
        scheme: Scheme,
        secret: Secret,
        ca: Path | None,
        now: Callable[[], float],
        clock: Callable[[], float],
        pause: Callable[[float], Awaitable[None]],
        time_scale: float = 1.0,
        params: dict[str, str] | None = None,
    ) -> None:
        """Prepare to send.

        Args:
            url: the public URL, as `https://demo.localhost:8443`.
            scheme: the provider.
            secret: what it signs with.
            ca: certificates to trust instead of the system's; None: the system's.
            now: Unix seconds.
            clock: monotonic seconds.
            pause: waits that many seconds.
            time_scale: what each second of the retry schedule takes here: 0.1 makes 30 s into 3 s.
            params: settings that the scheme needs beside the secret.
        """
        self._url = url.rstrip("/")
        self._scheme = scheme
        self._rules = scheme.delivery or DeliveryRules()
        self._secret = secret
        self._ca = ca
        self._now = now
        self._clock = clock
        self._pause = pause
        self._time_scale = time_scale
        self._params = params
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        context = await asyncio.to_thread(ssl.create_default_context, cafile=str(self._ca) if self._ca else None)
        connector = aiohttp.TCPConnector(ssl=context, resolver=LocalhostResolver())
        timeout = aiohttp.ClientTimeout(total=self._rules.timeout_seconds or DEFAULT_TIMEOUT_SECONDS)
        self._session = aiohttp.ClientSession(
            connector=connector, timeout=timeout, skip_auto_headers=("Accept", "Accept-Encoding")
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    async def send(self, step: Step, on_try: Callable[[Try], None] | None = None) -> Sent:
        """Send a step, again and again as the provider would until its answer counts as success.

        Args:
            step: what to send.
            on_try: told of each answer as it comes.
        """
        pauses = self._rules.retries_seconds or () if step.retries and step.signing == "good" else ()
        tries: list[Try] = []
        for pause in (0.0, *pauses):
            if tries:
                await self._pause(pause * self._time_scale)
            tries.append(await self._post(step))
            if on_try is not None:
                on_try(tries[-1])
            if self._counts(tries[-1], len(tries)):
                break
        return Sent(step, tuple(tries))

    def _counts(self, tried: Try, attempt: int) -> bool:
        verdict = judge_answer(
            self._scheme, attempt=attempt, status=tried.status, failure="", duration_seconds=tried.seconds
        )
        return verdict.healthy

    def request(self, step: Step) -> Subject:
        """Make up the request of a step, signed at this moment.

        Raises:
            CannotSign: the secret does not fit the scheme, or the event lacks what it signs.
        """
        event = step.event
        plain = Subject(event.method, self._url + step.path, event.fields, event.content, None)
        if step.signing == "none":
            return plain
        if step.signing == "forged" and self._scheme.key == "utf8":
            return signed(self._scheme, FORGED, plain, now=self._now(), params=self._params)
        done = signed(self._scheme, self._secret, plain, now=self._now(), params=self._params)
        return done if step.signing == "good" else replace(done, content=(done.content or b"") + b" ")

    async def _post(self, step: Step) -> Try:
        if self._session is None:
            raise AssertionError("used outside of `async with`")
        request = self.request(step)
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.fields]
        started = self._clock()
        try:
            async with self._session.request(
                request.method.decode(),
                URL(request.url, encoded=True),
                data=request.content,
                headers=headers,
                allow_redirects=False,
            ) as response:
                answer = await response.content.read(LARGEST_ANSWER_BYTES)
                return Try(response.status, self._clock() - started, answer=answer)
        except TimeoutError:
            return Try(None, self._clock() - started, "no answer in time")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Try(None, self._clock() - started, _said(error))


def _reason(error: Exception) -> str:
    """Give what is wrong with a certificate, without OpenSSL's codes and source lines."""
    return getattr(error, "verify_message", "") or type(error).__name__


def _said(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return (
            f"the certificate of {error.host} is not trusted ({_reason(error.certificate_error)}): "
            "if it is from a relay's own CA, give its file with --relay-ca"
        )
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"cannot connect: {error.strerror or error.os_error}"
    return str(error) or type(error).__name__
