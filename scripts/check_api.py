"""Has schemathesis try the local API against its own OpenAPI document: `python scripts/check_api.py`.

Options go to schemathesis, as `--max-examples 200`. Needs the program `st` on PATH (`pip install schemathesis`, in an
environment of its own). `api_hooks` tells it how text in our formats is made. `/api/events` never ends: it has
tests of its own.
"""

import asyncio
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from client.api import ApiServer
from client.deliveries.export.model import CapturedExchange, CapturedResponse
from client.deliveries.filter.keys import KEYS
from client.offline import OfflineInspector
from client.openings import Chain, Openings
from client.origin.address import OriginAddress
from client.plan import TunnelPlan
from client.signatures.catalogue import Catalogue
from client.signatures.engine import Signatures
from client.tunnels import Tunnels
from client.views import Status, TunnelStatus
from shared.errors import ExchangeFailed, Failure
from shared.exchange import Request, Response
from shared.protocol.hello import Granted, Wanted

TUNNELS = 20
DELIVERIES = 200
"""What is there to be asked for, replayed and removed."""

_EXCHANGE = CapturedExchange(
    method=b"POST",
    base="https://demo.localhost",
    target=b"/hooks",
    fields=((b"Content-Length", b"2"),),
    content=b"{}",
    response=CapturedResponse(status=200, content=b"ok"),
)


class _Granting:
    """A relay that grants everything."""

    async def bind(self, wanted: Wanted, on_bound: Callable[[Granted], None], /) -> Granted:
        """Grant it."""
        name = wanted.name or f"chosen{secrets.token_hex(4)}"
        granted = Granted(name, (f"https://{name}.localhost",))
        on_bound(granted)
        return granted

    def unbind(self, name: str, /) -> None:
        """Take it back."""


async def _nobody(_: Request) -> Response:
    raise ExchangeFailed(Failure.ORIGIN_REFUSED, "there is no app")


async def check(directory: Path, options: list[str]) -> int:
    """Serve a history with one delivery, have it tried, and give the exit code."""
    catalogue = Catalogue.load()
    signatures = Signatures(catalogue=catalogue, rules=())

    def build(_: TunnelPlan) -> Chain:
        """Compose nothing."""
        return Chain(_nobody, signatures, lambda: None)

    openings = Openings((), build=build, tunnels=Tunnels())
    openings.binder = _Granting()
    async with OfflineInspector.opened(directory / "history.db", clock=time.time, catalogue=catalogue) as inspector:
        ids = [row.id for row in await inspector.take_in([_EXCHANGE] * DELIVERIES)]
        for delivery_id in ids:
            await inspector.pin(delivery_id)
        known = {"deliveries": ids, "schemes": [scheme.id for scheme in catalogue], "filters": _filters()}
        known["tunnels"] = known["endpoints"] = [await openings.open(_plan(number)) for number in range(TUNNELS)]
        inspector.status = _status_of(openings)  # type: ignore[method-assign]
        server = ApiServer(inspector, port=0, openings=openings, catalogue=catalogue)
        url = await server.start()
        command = ["st", "run", f"{url}/api/openapi.json", "--exclude-path", "/api/events", *options]
        hooks = {"PYTHONPATH": str(Path(__file__).parent), "SCHEMATHESIS_HOOKS": "api_hooks"}
        environment = {**os.environ, **hooks, "HOOKLINE_KNOWN": json.dumps(known)}
        done = await asyncio.to_thread(subprocess.run, command, check=False, env=environment, cwd=directory)
        await server.close()
    return done.returncode


def _plan(number: int) -> TunnelPlan:
    return TunnelPlan(f"tunnel{number}", OriginAddress.parse("9"))


def _status_of(openings: Openings) -> Callable[[], Awaitable[Status]]:
    """Tell of the tunnels as an agent does; the inspector of a file alone has none."""

    async def status() -> Status:
        """Give it."""
        tunnels = [TunnelStatus(plan.name, (f"https://{plan.name}.localhost",), "9") for plan in openings.plans]
        return Status("", "https://localhost", "online", tunnels=tuple(tunnels))

    return status


def _filters() -> list[str]:
    """Give an expression for each example and each named value that the language's own help shows."""
    named = [f"{key.name}:{choice.name}" for key in KEYS.values() for choice in key.choices]
    return [*named, *(example for key in KEYS.values() for example in key.examples)]


def main() -> int:
    """Check in a directory that is gone afterwards."""
    with tempfile.TemporaryDirectory() as directory:
        return asyncio.run(check(Path(directory), sys.argv[1:]))


if __name__ == "__main__":
    sys.exit(main())
