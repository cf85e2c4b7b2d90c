"""Fetches providers' public keys: over https, from the provider's own hosts, little and not for long."""

import asyncio
import ssl
from collections.abc import Callable
from typing import Protocol

import aiohttp
import msgspec

from client.signatures.engine import Ready, Signatures
from client.signatures.material import LARGEST_BYTES, MOST_KEYS, KeyFiles, KeyUnavailable, key_name, usable_certificate
from client.signatures.reading import Reading
from client.signatures.subject import Subject

TIMEOUT_SECONDS = 5.0

PATIENCE_SECONDS = 10.0
"""A key that could not be had is not asked for again so soon: deliveries that need it come in bursts."""

PLAID_URL = "https://production.plaid.com/webhook_verification_key/get"


class Download(Protocol):
    """Gets what is at a URL."""

    async def __call__(self, url: str, body: dict[str, str] | None = None) -> bytes:
        """Give the content at `url`, posted to with `body` where there is one.

        Raises:
            KeyUnavailable: there is no answer, another than 200, or too much of it.
        """
        ...


class HttpsDownload:
    """Gets over https what may be got: no redirects, a bound on size and time."""

    def __init__(self, *, context: ssl.SSLContext, resolver: aiohttp.abc.AbstractResolver | None = None) -> None:
        """Prepare.

        Args:
            context: whose certificates are trusted.
            resolver: where names are found; None: the system's.
        """
        self._context = context
        self._resolver = resolver

    async def __call__(self, url: str, body: dict[str, str] | None = None) -> bytes:
        """Give the content at `url`; see `Download`.

        Raises:
            KeyUnavailable: there is no answer, another than 200, or too much of it.
        """
        connector = aiohttp.TCPConnector(ssl=self._context, resolver=self._resolver)
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        method = "GET" if body is None else "POST"
        try:
            async with (
                aiohttp.ClientSession(connector=connector, timeout=timeout, trust_env=True) as session,
                session.request(method, url, json=body, allow_redirects=False) as response,
            ):
                data = await response.content.read(LARGEST_BYTES + 1)
                if response.status != 200 or not response.content.at_eof() or len(data) > LARGEST_BYTES:  # noqa: PLR2004
                    raise KeyUnavailable(f"the provider's key could not be fetched: it answered {response.status}")
                return data
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            said = _first_line(error)
            raise KeyUnavailable(f"the provider's key could not be fetched: {said}") from error


class KeyFetcher:
    """Fetches the keys of requests whose schemes do not have them in a secret, each once."""

    def __init__(self, *, files: KeyFiles, download: Download, clock: Callable[[], float]) -> None:
        """Prepare to fetch.

        Args:
            files: where keys are kept.
            download: gets them.
            clock: monotonic seconds.
        """
        self._files = files
        self._download = download
        self._clock = clock
        self._failed: dict[str, tuple[float, str]] = {}
        self._fetching: dict[str, asyncio.Event] = {}

    async def prepare(self, signatures: Signatures, subject: Subject) -> str:
        """Have the key of a request on this machine before it is judged.

        Args:
            signatures: which judges with the same key files.
            subject: the request.

        Returns:
            Empty when nothing is missing, else why the key cannot be had: the request is then unverifiable.
        """
        ready = signatures.choose(subject)
        if ready is None or not ready.fetches:
            return ""
        try:
            name = key_name(ready.scheme, Reading(subject))
        except KeyUnavailable as problem:
            return str(problem)
        while name in self._fetching:
            await self._fetching[name].wait()
        if self._files.get(name) is not None:
            return ""
        at, why = self._failed.get(name, (0.0, ""))
        if why and self._clock() < at + PATIENCE_SECONDS:
            return why
        return await self._fetch(ready, name, subject.received_at)

    async def _fetch(self, ready: Ready, name: str, now: float | None) -> str:
        done = self._fetching[name] = asyncio.Event()
        try:
            self._files.put(name, await self._fetched(ready, name, now))
        except KeyUnavailable as problem:
            if len(self._failed) >= MOST_KEYS:
                self._failed.clear()
            self._failed[name] = self._clock(), str(problem)
            return str(problem)
        finally:
            del self._fetching[name]
            done.set()
        await asyncio.to_thread(self._files.save, name)
        return ""

    async def _fetched(self, ready: Ready, name: str, now: float | None) -> bytes:
        if ready.scheme.key_from != "api":
            return usable_certificate(await self._download(name), now)
        credentials = {
            "client_id": ready.rule.params.get("client_id", ""),
            "secret": ready.rule.secrets[0].value.decode("utf-8", "replace") if ready.rule.secrets else "",
        }
        answer = await self._download(PLAID_URL, credentials | {"key_id": name.partition(":")[2]})
        return _member(answer, "key")


def _member(answer: bytes, name: str) -> bytes:
    try:
        return bytes(msgspec.json.decode(answer, type=dict[str, msgspec.Raw])[name])
    except (msgspec.MsgspecError, ValueError, KeyError, RecursionError):
        raise KeyUnavailable("the provider's answer holds no key") from None


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:160]
