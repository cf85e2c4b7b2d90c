"""The load: wrk for small deliveries, curl for large bodies; and what they report."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks import events
from benchmarks.tunnel import Tunnel

_MICROSECONDS = {"us": 1.0, "ms": 1e3, "s": 1e6, "m": 60e6}
PATIENCE_SECONDS = 60
BULK_SECONDS = 180


class LoadFailed(Exception):  # noqa: N818 - reads as the sentence it is
    """The load could not be made, or was not answered as it should be."""


@dataclass(frozen=True, slots=True)
class Small:
    """What a run of small deliveries showed."""

    deliveries: int
    per_second: float
    p50_us: float
    p99_us: float
    cpu_us: dict[str, float]
    """Processor time per delivery, by role."""
    refused: int
    """Answers other than 2xx, and broken connections."""


class Load:
    """Makes the load of one tunnel; events are never sent twice, so long as `events.EVENTS` last."""

    def __init__(self, directory: Path, signatures: Path) -> None:
        """Begin with event 0.

        Args:
            directory: where the scripts go.
            signatures: the file of `events.write_signatures`.
        """
        self._directory = directory
        self._signatures = signatures
        self._sent = 0

    def small(self, tunnel: Tunnel, url: str, *, connections: int, seconds: int, close: bool = False) -> Small:
        """Post 1 KiB events over `connections` connections at once.

        Raises:
            LoadFailed: wrk could not run, or nothing was answered.
        """
        before = tunnel.cpu_seconds()
        with self.begin_small(tunnel, url, connections=connections, seconds=seconds, close=close) as process:
            output = _finish(process, seconds + PATIENCE_SECONDS)
        used = {role: after - before.get(role, 0.0) for role, after in tunnel.cpu_seconds().items()}
        result = read_wrk(output, used)
        self._sent += result.deliveries
        return result

    def begin_small(
        self, tunnel: Tunnel, url: str, *, connections: int, seconds: int, close: bool = False
    ) -> AbstractContextManager[subprocess.Popen[str]]:
        """Start the same beside something else; its end is awaited with `finish_small`."""
        self._directory.mkdir(parents=True, exist_ok=True)
        script = self._directory / "post.lua"
        hosts = tunnel.hosts or (tunnel.host or urlsplit(url).netloc,)
        text = events.script(self._signatures, hosts=hosts, start=self._sent, close=close)
        script.write_text(text, encoding="utf-8")
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}", "--timeout", "10", "--latency", "-s", str(script)]
        return _running([*command, url])

    def finish_small(self, process: subprocess.Popen[str], seconds: int) -> Small:
        """Wait for a load that was begun for `seconds`, and count its events as sent.

        Raises:
            LoadFailed: wrk could not run, or nothing was answered.
        """
        result = read_wrk(_finish(process, seconds + PATIENCE_SECONDS), {})
        self._sent += result.deliveries
        return result

    def down(self, tunnel: Tunnel) -> float:
        """Fetch the large file; give the MB/s.

        Raises:
            LoadFailed: it did not arrive, or was not answered 200.
        """
        return _bulk([*self._curl(tunnel), f"{tunnel.url}/big"])

    def up(self, tunnel: Tunnel, file: Path) -> float:
        """Upload a file; give the MB/s.

        Raises:
            LoadFailed: it was not answered 200.
        """
        return _bulk([*self._curl(tunnel), "-X", "POST", "-H", "Expect:", "-T", str(file), f"{tunnel.url}/sink"])

    def _curl(self, tunnel: Tunnel) -> list[str]:
        host = ["-H", f"Host: {tunnel.host}"] if tunnel.host else []
        shown = "%{http_code} %{time_total} %{size_download} %{size_upload}"
        return ["curl", "-sS", "-o", "/dev/null", "-w", shown, *host]


def _bulk(command: list[str]) -> float:
    with _running(command) as process:
        output = _finish(process, BULK_SECONDS)
    words = output.split()
    if len(words) != 4 or words[0] != "200":
        raise LoadFailed(f"a large body was not answered 200: {output.strip()[-200:]}")
    return max(int(words[2]), int(words[3])) / float(words[1]) / 1e6


def read_wrk(output: str, cpu_seconds: dict[str, float]) -> Small:
    """Read wrk's report.

    Raises:
        LoadFailed: it is none, or nothing was answered.
    """
    total = re.search(r"(\d+) requests in", output)
    if total is None or int(total[1]) == 0:
        raise LoadFailed(f"wrk got no answer: {output.strip()[-300:]}")
    deliveries = int(total[1])
    other = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    broken = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", output)
    refused = (int(other[1]) if other else 0) + (sum(int(count) for count in broken.groups()) if broken else 0)
    latency = dict(re.findall(r"(?m)^\s+(\d+)%\s+(\S+)", output))
    rate = re.search(r"Requests/sec:\s+([\d.]+)", output)
    return Small(
        deliveries=deliveries,
        per_second=float(rate[1]) if rate else 0.0,
        p50_us=microseconds(latency["50"]),
        p99_us=microseconds(latency["99"]),
        cpu_us={role: used * 1e6 / deliveries for role, used in cpu_seconds.items()},
        refused=refused,
    )


def microseconds(text: str) -> float:
    """Read a duration as wrk writes it, such as `1.23ms`."""
    match = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text)
    if match is None:
        raise LoadFailed(f"wrk wrote a duration that is none: {text}")
    return float(match[1]) * _MICROSECONDS[match[2]]


@contextmanager
def _running(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    """Start a program; it ends with the block at the latest."""
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def _finish(process: subprocess.Popen[str], seconds: float) -> str:
    try:
        return process.communicate(timeout=seconds)[0]
    except subprocess.TimeoutExpired as error:
        raise LoadFailed(f"{process.args!r} did not end within {seconds:.0f} s") from error
