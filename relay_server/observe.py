"""Logs one line for each delivery."""

import asyncio
import logging
import time
from collections.abc import Callable

from shared.errors import ContentBroken, ExchangeFailed, Failure, LinkClosed, cancelled_for
from shared.exchange import Handler, Request, Response
from shared.logs import Log


class Observe:
    """A handler: what `inner` answers, with a line `exchange.finished` in the log when it is over."""

    def __init__(self, inner: Handler, log: Log, *, timer: Callable[[], float] = time.perf_counter) -> None:
        """Watch `inner`.

        Args:
            inner: answers.
            log: gets one event an exchange, at INFO.
            timer: seconds, monotonic.
        """
        self._inner = inner
        self._log = log
        self._timer = timer

    async def __call__(self, request: Request) -> Response:
        """Have `inner` answer.

        Raises:
            ExchangeFailed: as `inner`.
            LinkClosed: as `inner`.
        """
        if not self._log.enabled(logging.INFO):
            return await self._inner(request)
        line = _Line(self._log, self._timer, request)
        try:
            response = await self._inner(request)
        except ExchangeFailed as error:
            line.write(error.failure)
            raise
        except LinkClosed:
            line.write(Failure.ENDPOINT_LOST)
            raise
        except asyncio.CancelledError as error:
            line.write(cancelled_for(error))
            raise
        except Exception:
            line.write(Failure.RELAY_INTERNAL)
            raise
        line.follow(response)
        return response


class _Line:
    """Collects what one exchange's line says."""

    __slots__ = ("_began", "_bytes_in", "_bytes_out", "_ended", "_error", "_log", "_request", "_status", "_timer")

    def __init__(self, log: Log, timer: Callable[[], float], request: Request) -> None:
        self._log = log
        self._timer = timer
        self._request = request
        self._began = timer()
        self._status = 0
        self._bytes_in = 0
        self._bytes_out = 0
        self._ended = False
        self._error: ContentBroken | None = None
        request.content.watch(self._count_in, _ignore)

    def follow(self, response: Response) -> None:
        """Write the line when `response` is closed."""
        self._status = response.head.status
        response.content.watch(self._count_out, self._end)
        response.on_close(self._close)

    def write(self, failure: str) -> None:
        """Write the line now; `failure` is empty where the exchange went well."""
        request, delivery = self._request, self._request.delivery
        why = {"failure": failure} if failure else {}
        self._log.info(
            "exchange.finished",
            delivery=delivery.id,
            endpoint=delivery.endpoint,
            method=request.head.method,
            status=self._status,
            seconds=self._timer() - self._began,
            bytes_in=self._bytes_in,
            bytes_out=self._bytes_out,
            **why,
        )

    def _close(self) -> None:
        if self._error is not None:
            self.write(self._error.failure)
        else:
            self.write("" if self._ended else Failure.SENDER_ABORTED)

    def _count_in(self, data: bytes) -> None:
        self._bytes_in += len(data)

    def _count_out(self, data: bytes) -> None:
        self._bytes_out += len(data)

    def _end(self, error: ContentBroken | None) -> None:
        self._ended = True
        self._error = error


def _ignore(_error: ContentBroken | None) -> None:
    pass
