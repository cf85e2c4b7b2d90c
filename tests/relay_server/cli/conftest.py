"""The real command `hookline-relay`, as a process with a home of its own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

SECONDS = 20.0
RELAY = (sys.executable, "-m", "relay_server")

Run = Callable[..., subprocess.CompletedProcess[str]]
Serve = Callable[..., "Serving"]


def environment(home: Path, **more: str) -> dict[str, str]:
    """Give an environment in which nothing of the user's is found."""
    kept = {key: os.environ[key] for key in ("PATH", "LANG", "LC_ALL") if key in os.environ}
    places = {f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("DATA", "CONFIG", "STATE", "CACHE")}
    return {**kept, "HOME": str(home), "PYTHONPATH": str(Path.cwd()), **places, **more}


class Serving:
    """A running `serve --ready-json`."""

    def __init__(self, arguments: tuple[str, ...], home: Path, stdin: int) -> None:
        self._errors = (home / "serve.err").open("w+")
        self.process = subprocess.Popen(
            [*RELAY, "serve", "--ready-json", *arguments],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            env=environment(home),
            cwd=home,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.err
        self.ready: dict[str, Any] = json.loads(line)

    @property
    def err(self) -> str:
        """What it said so far."""
        return Path(self._errors.name).read_text()

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """End it with a signal; give the exit code and what else came on standard output."""
        self.process.send_signal(number)
        return self.wait()

    def wait(self) -> tuple[int, str]:
        """Wait until it has ended; give the exit code and what else came on standard output."""
        out, _ = self.process.communicate(timeout=SECONDS)
        return self.process.returncode, out

    def close(self) -> None:
        """Leave nothing behind."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self._errors):
            if stream is not None:
                stream.close()


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Give what runs the command to its end."""

    def do(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*RELAY, *arguments],
            env=environment(tmp_path, **env),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    return do


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Give what starts a relay on a free port and waits until it serves."""
    started: list[Serving] = []

    def do(*arguments: str, stdin: int = subprocess.DEVNULL) -> Serving:
        given = (
            "--domain",
            "demo.localhost",
            "--listen",
            "127.0.0.1:0",
            "--data-dir",
            str(tmp_path / "data"),
            *arguments,
        )
        started.append(Serving(given, tmp_path, stdin))
        return started[-1]

    yield do
    for one in started:
        one.close()
