"""Has schemathesis try the local API against its own OpenAPI document: `python scripts/check_api.py`.

Options go to schemathesis, as `--max-examples 200`. Needs the program `st` on PATH (`pip install schemathesis`, in an
environment of its own). A filter or a tunnel that makes no sense is refused although its JSON is as described: the
check that wants every such request taken is left out.
"""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from client.api import ApiServer
from client.deliveries.export.model import CapturedExchange
from client.offline import OfflineInspector
from client.openings import Chain, Openings
from client.plan import TunnelPlan
from client.signatures.catalogue import Catalogue
from client.signatures.engine import Signatures
from client.tunnels import Tunnels
from shared.errors import ExchangeFailed, Failure
from shared.exchange import Request, Response
from shared.protocol.hello import Granted, Wanted


class _Granting:
    """A relay that grants everything."""

    async def bind(self, wanted: Wanted, on_bound: Callable[[Granted], None], /) -> Granted:
        """Grant it."""
        granted = Granted(wanted.name or "chosen", ("https://chosen.localhost",))
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
        await inspector.take_in([CapturedExchange(method=b"POST", base="https://a.b", target=b"/", fields=())])
        server = ApiServer(inspector, port=0, openings=openings, catalogue=catalogue)
        url = await server.start()
        command = ["st", "run", f"{url}/api/openapi.json", "--exclude-path", "/api/events"]
        command += ["--exclude-checks", "positive_data_acceptance", *options]
        done = await asyncio.to_thread(subprocess.run, command, check=False)
        await server.close()
    return done.returncode


def main() -> int:
    """Check in a directory that is gone afterwards."""
    with tempfile.TemporaryDirectory() as directory:
        return asyncio.run(check(Path(directory), sys.argv[1:]))


if __name__ == "__main__":
    sys.exit(main())
