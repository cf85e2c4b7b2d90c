"""Where a run takes place: the local app, a certificate, the events to send; and when a tunnel is ready."""

import contextlib
import http.client
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks import events, nginx
from benchmarks.machine import Ports, wait_for_port
from benchmarks.processes import Group
from benchmarks.tunnel import Place, Tunnel

READY_SECONDS = 20.0
MIB = 1024 * 1024


@contextlib.contextmanager
def stage(*, big_mib: int) -> Iterator[Place]:
    """Give a place with its local app running; end and remove all of it after."""
    # SIGTERM becomes what Ctrl-C is: the blocks below end what they started.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="hookline-bench-") as name:
        directory = Path(name)
        directory.chmod(0o755)  # nginx's worker may run as another user
        ports, keeper = Ports(), Group(directory / "app-logs")
        app, sink = ports.take(), ports.take()
        certificate, key = _make_certificate(directory)
        place = Place(
            directory=directory,
            ports=ports,
            app_port=app,
            certificate=certificate,
            key=key,
            secret=secrets.token_hex(16),
            big=directory / "big",
            signatures=directory / "signatures",
        )
        events.write_signatures(place.signatures, place.secret)
        with place.big.open("wb") as file:
            for _ in range(big_mib):
                file.write(os.urandom(MIB))
        try:
            keeper.start([sys.executable, "-m", "benchmarks.sink", str(sink)])
            keeper.start(nginx.app(directory / "app", port=app, sink=sink, big=place.big))
            wait_for_port(app)
            wait_for_port(sink)
            yield place
        finally:
            keeper.stop()


def wait_until_answering(tunnel: Tunnel) -> None:
    """Wait until a delivery comes back from the app.

    Raises:
        TimeoutError: none did in time.
    """
    end = time.monotonic() + READY_SECONDS
    last = "no connection"
    while time.monotonic() < end:
        connection = http.client.HTTPConnection(urlsplit(tunnel.url).netloc, timeout=5)
        try:
            connection.request("GET", "/hook", headers={"Host": tunnel.host} if tunnel.host else {})
            last = f"status {connection.getresponse().status}"
        except (OSError, http.client.HTTPException) as error:
            last = repr(error)
        finally:
            connection.close()
        if last == "status 200":
            return
        time.sleep(0.02)
    raise TimeoutError(f"no delivery got through in {READY_SECONDS:.0f} s ({last})")


def _make_certificate(directory: Path) -> tuple[Path, Path]:
    certificate, key = directory / "certificate.pem", directory / "key.pem"
    names = "subjectAltName=DNS:localhost,DNS:demo.localhost,IP:127.0.0.1"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-keyout", str(key), "-out", str(certificate), "-days", "30", "-subj", "/CN=localhost"]
    subprocess.run([*command, "-addext", names], check=True, capture_output=True, stdin=subprocess.DEVNULL)
    return certificate, key
