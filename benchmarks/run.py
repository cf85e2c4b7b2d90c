"""One run: the local app, then every tunnel in turn, several rounds."""

import contextlib
import dataclasses
import http.client
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks import events, nginx
from benchmarks.load import Load, LoadFailed
from benchmarks.machine import Ports, wait_for_local_ports, wait_for_port
from benchmarks.processes import Group
from benchmarks.report import Results
from benchmarks.tunnel import Place, Tunnel
from benchmarks.workloads import Bench, Figures, measure

READY_SECONDS = 20.0
MIB = 1024 * 1024


@contextlib.contextmanager
def stage(*, big_mib: int) -> Iterator[tuple[Place, Path, Path]]:
    """Give a place with its local app running, the file of signatures and the large file; remove all of it after."""
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
        )
        signatures, big = directory / "signatures", directory / "big"
        events.write_signatures(signatures, place.secret)
        with big.open("wb") as file:
            for _ in range(big_mib):
                file.write(os.urandom(MIB))
        try:
            keeper.start([sys.executable, "-m", "benchmarks.sink", str(sink)])
            keeper.start(nginx.app(directory / "app", port=app, sink=sink, big=big))
            wait_for_port(app)
            wait_for_port(sink)
            yield place, signatures, big
        finally:
            keeper.stop()


def rounds(
    tunnels: Sequence[type[Tunnel]],
    workloads: list[str],
    *,
    count: int,
    seconds: int,
    big_mib: int,
    say: Callable[[str], None],
) -> Results:
    """Measure every tunnel once a round, in turn, so that what disturbs the machine disturbs all alike."""
    results: Results = {kind.name: [] for kind in tunnels}
    with stage(big_mib=big_mib) as (place, signatures, big):
        for number in range(1, count + 1):
            here = dataclasses.replace(place, directory=place.directory / f"round-{number}")
            for kind in tunnels:
                bench = Bench(Load(here.directory, signatures, place.secret), big, seconds)
                figures = _one(kind(here), bench, workloads, say)
                if figures is not None:
                    results[kind.name].append(figures)
                    say(f"round {number} of {count}: {kind.name}: {_short(figures)}")
    return {name: measured for name, measured in results.items() if measured}


def _one(tunnel: Tunnel, bench: Bench, workloads: list[str], say: Callable[[str], None]) -> Figures | None:
    try:
        wait_for_local_ports()
        began = time.monotonic()
        tunnel.start()
        wait_until_answering(tunnel)
        start_ms = (time.monotonic() - began) * 1000
        figures = measure(tunnel, bench, workloads)
    except (LoadFailed, TimeoutError, RuntimeError, OSError, subprocess.SubprocessError) as error:
        say("; ".join([f"{tunnel.name} could not be measured: {error}", *tunnel.ended()]))
        return None
    finally:
        tunnel.stop()
    return figures | ({"start_ms": start_ms} if tunnel.groups else {})


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


def _short(figures: Figures) -> str:
    return ", ".join(f"{key} {value:,.0f}" for key, value in figures.items())
