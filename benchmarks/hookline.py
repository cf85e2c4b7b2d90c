"""Hookline itself, driven through its command line as a user would."""

import os
import subprocess
import sysconfig
from pathlib import Path
from typing import ClassVar

from benchmarks.machine import LOOPBACK, wait_for_port
from benchmarks.tunnel import Tunnel

CHECKOUT = Path(__file__).resolve().parent.parent
DOMAIN = "localhost"
NAME = "demo"


def programs() -> Path:
    """Give the directory of this checkout's programs: its `.venv`, else the running interpreter's."""
    own = CHECKOUT / ".venv" / "bin"
    return own if (own / "hookline").exists() else Path(sysconfig.get_path("scripts"))


class Hookline(Tunnel):
    """Relay and client with what a user has on by default: recording, and one scheme verified."""

    name = "hookline"
    host = f"{NAME}.{DOMAIN}"
    options: ClassVar[tuple[str, ...]] = ("--verify", "talkifai", "--secret-env", "BENCH_SECRET")

    @classmethod
    def missing(cls) -> str:
        """Say whether the programs are not installed."""
        absent = [name for name in ("hookline", "hookline-relay") if not (programs() / name).exists()]
        return f"{' and '.join(absent)} not installed: make venv" if absent else ""

    def start(self) -> None:
        """Make a token, start the relay, link the client."""
        self.directory.mkdir(parents=True, exist_ok=True)
        token = self._make_token()
        plain, secure = self._start_relay()
        self.url, self.tls_url = self.plain(plain), self.secure(secure)
        self._start_client(secure, token)

    def relay_command(self) -> list[str | Path]:
        """Give how the relay's program is started; a profiler puts itself in front."""
        return [programs() / "hookline-relay"]

    def client_command(self) -> list[str | Path]:
        """Give how the client's program is started; a profiler puts itself in front."""
        return [programs() / "hookline"]

    def _make_token(self) -> str:
        command = [programs() / "hookline-relay", "token", "create", "bench", "--data-dir", self.directory / "relay"]
        done = subprocess.run(
            [str(word) for word in command],
            env={**os.environ, **self._home()},
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        if done.returncode != 0:
            raise RuntimeError(f"hookline-relay token create ended with {done.returncode}: {done.stderr.strip()}")
        return done.stdout.strip()

    def _start_relay(self) -> tuple[int, int]:
        plain, secure, admin = (self.place.ports.take() for _ in range(3))
        options: dict[str, object] = {
            "--data-dir": self.directory / "relay",
            "--domain": DOMAIN,
            "--listen": f"{LOOPBACK}:{secure}",
            "--listen-http": f"{LOOPBACK}:{plain}",
            "--tls": "files",
            "--cert": self.place.certificate,
            "--key": self.place.key,
            "--admin": f"{LOOPBACK}:{admin}",
        }
        words = [str(word) for option in options.items() for word in option]
        self.group("relay").start([*self.relay_command(), "serve", *words], env=self._home())
        wait_for_port(secure)
        return plain, secure

    def _start_client(self, secure: int, token: str) -> None:
        options: dict[str, object] = {
            "--relay": f"https://{DOMAIN}:{secure}",
            "--relay-ca": self.place.certificate,
            "--url": NAME,
            "--ui": "quiet",
            "--inspect-addr": f"{LOOPBACK}:{self.place.ports.take()}",
        }
        words = [str(word) for option in options.items() for word in option]
        self.group("client").start(
            [*self.client_command(), "http", str(self.place.app_port), *words, *self.options],
            env={**self._home(), "HOOKLINE_TOKEN": token, "BENCH_SECRET": self.place.secret},
        )

    def _home(self) -> dict[str, str]:
        """Give the variables that keep a run away from the user's own configuration and history."""
        names = ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
        return dict.fromkeys(names, str(self.directory))


class HooklineUnrecorded(Hookline):
    """The same without recording and verification: what those two cost."""

    name = "hookline --no-record"
    options = ("--no-record",)
