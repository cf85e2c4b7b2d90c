"""The certificate of the public door, which changes under load: a fresh context is swapped in by the SNI callback."""

import asyncio
import ssl
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from relay_server.errors import CertificateUnusable
from relay_server.tls.pair import Pair
from relay_server.tls.sni import remember_names
from shared.logs import Log

LOOK_EVERY_SECONDS = 2.0
WARN_BEFORE = timedelta(days=14)
"""Authorities renew at 30 days left; at 14 something is wrong."""


class Source(Protocol):
    """Where a certificate comes from."""

    @property
    def authority(self) -> Path | None:
        """The file of the authority that clients must be told to trust; None: they know it already."""

    def load(self) -> Pair | None:
        """Give the certificate to serve; None: still the one given last.

        Raises:
            CertificateUnusable: there is none that could be served.
        """

    def context_for(self, name: str) -> ssl.SSLContext | None:
        """Give what serves the host `name`, in lower case, where that is not the one certificate; else None."""


class Certificates:
    """Gives the listeners one context for good, and its connections the newest certificate."""

    def __init__(self, source: Source, *, now: Callable[[], datetime], log: Log) -> None:
        """Load the first certificate.

        Args:
            source: where it comes from.
            now: aware times.
            log: for what happens at renewals.

        Raises:
            CertificateUnusable: there is none that could be served.
        """
        self._source = source
        self._now = now
        self._log = log
        pair = source.load()
        if pair is None:
            raise AssertionError(source)
        self._pair = pair
        self.context: ssl.SSLContext = pair.context
        """For the listeners: stays the same object whatever is renewed."""
        remember_names(self.context, self._swap)
        self._told_failure = ""
        self._told_ending: datetime | None = None
        self._warn_of_end()

    @property
    def pair(self) -> Pair:
        """What new connections are served with."""
        return self._pair

    @property
    def authority(self) -> Path | None:
        """As of `Source`."""
        return self._source.authority

    def refresh(self) -> bool:
        """Take a renewed certificate if there is one; say whether. One that cannot be served is logged and left."""
        try:
            pair = self._source.load()
        except CertificateUnusable as error:
            if str(error) != self._told_failure:
                self._told_failure = str(error)
                self._log.error("certificate.kept", problem=str(error), serving_until=self._pair.ends_at.isoformat())
            return False
        self._told_failure = ""
        if pair is not None:
            self._pair = pair
            self._log.info("certificate.renewed", names=",".join(pair.names), ends_at=pair.ends_at.isoformat())
        self._warn_of_end()
        return pair is not None

    async def run(self, *, every_seconds: float = LOOK_EVERY_SECONDS) -> None:
        """Look for renewals until cancelled."""
        while True:
            await asyncio.sleep(every_seconds)
            self.refresh()

    def _swap(self, connection: ssl.SSLObject, name: str) -> None:
        context = self._source.context_for(name) or self._pair.context
        if connection.context is not context:
            connection.context = context

    def _warn_of_end(self) -> None:
        ends_at = self._pair.ends_at
        if ends_at - self._now() < WARN_BEFORE and ends_at != self._told_ending:
            self._told_ending = ends_at
            self._log.warning("certificate.ends_soon", ends_at=ends_at.isoformat(), hint="renew it")
