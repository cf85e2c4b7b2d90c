"""Hookline itself, driven through its command line as a user would."""

import os
import subprocess
import sysconfig
from pathlib import Path
from typing import ClassVar

from benchmarks.bounds import OURS, UNRECORDED, UNVERIFIED, WATCHED
from benchmarks.machine import LOOPBACK, wait_for_port
from benchmarks.terminal import COLUMNS, ROWS, Terminal
from benchmarks.tunnel import Tunnel

CHECKOUT = Path(__file__).resolve().parent.parent
DOMAIN = "localhost"
NAME = "demo"
TERMINAL = {
    "TERM": "xterm-256color",
    "COLORTERM": "truecolor",
    "LANG": "C.UTF-8",
    "TEXTUAL_ANIMATIONS": "none",
    "COLUMNS": str(COLUMNS),  # whoever starts the run may have said otherwise
    "LINES": str(ROWS),
}
"""What a terminal's programs find in their environment."""
PAINTED = rb"[\d,]+ in\x1b"
"""Written by the terminal interface with its first picture: how many deliveries came in."""


def programs() -> Path:
    """Give the directory of this checkout's programs: its `.venv`, else the running interpreter's."""
    own = CHECKOUT / ".venv" / "bin"
    return own if (own / "hookline").exists() else Path(sysconfig.get_path("scripts"))


class Hookline(Tunnel):
    """Relay and client with what a user has on by default: recording, and one scheme verified."""

    name = OURS
    host = f"{NAME}.{DOMAIN}"
    options: ClassVar[tuple[str | Path, ...]] = ("--verify", "talkifai", "--secret-env", "BENCH_SECRET")
    relay_options: ClassVar[tuple[str, ...]] = ()
    relay_port = 0
    """Where the relay terminates TLS; 0: it was not started."""
    inspect_url = ""
    """The client's local API."""

    @classmethod
    def missing(cls) -> str:
        """Say whether the programs are not installed."""
        absent = [name for name in ("hookline", "hookline-relay") if not (programs() / name).exists()]
        return f"{' and '.join(absent)} not installed: make venv" if absent else ""

    def start(self) -> None:
        """Make a token, start the relay, link the client."""
        self.start_relay()
        self.start_client()

    def relay_command(self) -> list[str | Path]:
        """Give how the relay's program is started; a profiler puts itself in front."""
        return [programs() / "hookline-relay"]

    def client_command(self) -> list[str | Path]:
        """Give how the client's program is started; a profiler puts itself in front."""
        return [programs() / "hookline"]

    def start_relay(self) -> None:
        """Start the relay and wait until it listens."""
        self.directory.mkdir(parents=True, exist_ok=True)
        plain, secure, admin = (self.place.ports.take() for _ in range(3))
        options: dict[str, object] = {
            "--data-dir": self.relay_directory,
            "--domain": DOMAIN,
            "--listen": f"{LOOPBACK}:{secure}",
            "--listen-http": f"{LOOPBACK}:{plain}",
            "--tls": "files",
            "--cert": self.place.certificate,
            "--key": self.place.key,
            "--admin": f"{LOOPBACK}:{admin}",
        }
        self.group("relay").start(
            [*self.relay_command(), "serve", *_words(options), *self.relay_options], env=self.home()
        )
        wait_for_port(secure)
        self.relay_port, self.url, self.tls_url = secure, self.plain(plain), self.secure(secure)

    def start_client(self, *, terminal: Terminal | None = None, token: str = "") -> None:
        """Start the client, quiet or on a terminal, and do not wait for it.

        Args:
            terminal: where the terminal interface is to be drawn; None: nowhere.
            token: lets it in; empty: one is made first.
        """
        port = self.place.ports.take()
        self.inspect_url = self.plain(port)
        options: dict[str, object] = {
            "--relay": f"https://{DOMAIN}:{self.relay_port}",
            "--relay-ca": self.place.certificate,
            "--url": NAME,
            "--ui": "quiet" if terminal is None else "tui",
            "--inspect-addr": f"{LOOPBACK}:{port}",
        }
        command = [*self.client_command(), "http", str(self.place.app_port), *_words(options), *self.options]
        env = {**self.home(), "HOOKLINE_TOKEN": token or self.make_token(), "BENCH_SECRET": self.place.secret}
        if terminal is None:
            self.group("client").start(command, env=env)
        else:
            self.group("client").start(command, env=env | TERMINAL, terminal=terminal.line)

    def attach_interface(self, terminal: Terminal) -> None:
        """Have the terminal interface look at the client that runs, in processes of the role `interface`."""
        command: list[str | Path] = [programs() / "python", "-m", "client.tui", self.inspect_url]
        self.group("interface").start(command, env=self.home() | TERMINAL, terminal=terminal.line)

    def make_token(self) -> str:
        """Make a token for the client."""
        command = [programs() / "hookline-relay", "token", "create", "bench", "--data-dir", self.relay_directory]
        done = subprocess.run(
            [str(word) for word in command],
            env={**os.environ, **self.home()},
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        if done.returncode != 0:
            raise RuntimeError(f"hookline-relay token create ended with {done.returncode}: {done.stderr.strip()}")
        return done.stdout.strip()

    @property
    def relay_directory(self) -> Path:
        """Where the relay keeps tokens and names."""
        return self.directory / "relay"

    @property
    def history_file(self) -> Path:
        """Where the client keeps its deliveries."""
        return self.directory / "hookline" / "history.db"

    def home(self) -> dict[str, str]:
        """Give the variables that keep a run away from the user's own configuration and history."""
        names = ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
        return dict.fromkeys(names, str(self.directory))


class HooklineUnverified(Hookline):
    """The same without verification."""

    name = UNVERIFIED
    options = ()


class HooklineUnrecorded(Hookline):
    """The same without recording and verification: what those two cost."""

    name = UNRECORDED
    options = ("--no-record",)


class HooklineWatched(Hookline):
    """Hookline with the terminal interface attached: its screen is drawn while the load runs."""

    name = WATCHED

    def start(self) -> None:
        """Start it, then attach the interface and wait for its first picture."""
        super().start()
        wait_for_port(int(self.inspect_url.rpartition(":")[2]))
        self._terminal = Terminal()
        self.attach_interface(self._terminal)
        self._terminal.until(PAINTED)

    def stop(self) -> None:
        """End all, and let go of the terminal."""
        super().stop()
        if hasattr(self, "_terminal"):
            self._terminal.close()


def _words(options: dict[str, object]) -> list[str]:
    return [str(word) for option in options.items() for word in option]
