"""The tunnels and proxies that Hookline is compared with, one class each."""

import getpass
import shutil
import subprocess
from pathlib import Path

from benchmarks import nginx
from benchmarks.bounds import SSH
from benchmarks.machine import LOOPBACK, find, wait_for_port
from benchmarks.tunnel import Tunnel


class Direct(Tunnel):
    """No tunnel: what sender and app can do alone."""

    name = "direct"

    def start(self) -> None:
        """Point at the app."""
        self.url = self.plain(self.place.app_port)


class NginxProxy(Tunnel):
    """A reverse proxy, which also terminates TLS."""

    name = "nginx"

    @classmethod
    def missing(cls) -> str:
        """Say whether nginx is not installed."""
        return _missing("nginx")

    def start(self) -> None:
        """Start nginx with one worker."""
        plain, secure = self.place.ports.take(), self.place.ports.take()
        command = nginx.proxy(
            self.directory,
            app_port=self.place.app_port,
            plain=plain,
            secure=secure,
            certificate=self.place.certificate,
            key=self.place.key,
        )
        self.group("proxy").start(command)
        wait_for_port(secure)
        self.url, self.tls_url = self.plain(plain), self.secure(secure)


class Ssh(Tunnel):
    """OpenSSH's remote forwarding: bytes of one port, encrypted, nothing looked at."""

    name = SSH

    @classmethod
    def missing(cls) -> str:
        """Say whether one of OpenSSH's programs is not installed."""
        return _missing("sshd", "ssh", "ssh-keygen")

    def start(self) -> None:
        """Start a server with a key of its own, then the client."""
        server, public = self.place.ports.take(), self.place.ports.take()
        host_key, user_key = self._make_key("host"), self._make_key("user")
        shutil.copy(user_key.with_suffix(".pub"), self.directory / "authorized_keys")
        self.group("relay").start([find("sshd") or "sshd", "-D", "-f", self._configure(server, host_key)])
        wait_for_port(server)
        options = ("StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "ExitOnForwardFailure=yes")
        command: list[str | Path] = ["ssh", "-F", "/dev/null", "-N", "-i", user_key, "-p", str(server)]
        for option in options:
            command += ["-o", option]
        forward = f"{LOOPBACK}:{public}:{LOOPBACK}:{self.place.app_port}"
        self.group("client").start([*command, "-R", forward, f"{getpass.getuser()}@{LOOPBACK}"])
        wait_for_port(public)
        self.url = self.plain(public)

    def _make_key(self, name: str) -> Path:
        self.directory.mkdir(parents=True, exist_ok=True)
        key = self.directory / name
        if not key.exists():
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
        return key

    def _configure(self, port: int, host_key: Path) -> Path:
        if Path("/run").is_dir() and getpass.getuser() == "root":
            Path("/run/sshd").mkdir(exist_ok=True)
        path = self.directory / "sshd_config"
        path.write_text(
            f"Port {port}\nListenAddress {LOOPBACK}\nHostKey {host_key}\nPidFile none\nStrictModes no\n"
            f"AuthorizedKeysFile {self.directory}/authorized_keys\nPermitRootLogin yes\n",
            encoding="utf-8",
        )
        return path


class Frp(Tunnel):
    """frp in its HTTP mode: chooses by Host as Hookline does."""

    name = "frp"
    host = "demo.localhost"
    transport = ""

    @classmethod
    def missing(cls) -> str:
        """Say whether one of frp's programs is not on PATH."""
        return _missing("frps", "frpc")

    def start(self) -> None:
        """Start server and client."""
        control, public = self.place.ports.take(), self.place.ports.take()
        self.directory.mkdir(parents=True, exist_ok=True)
        server, client = self.directory / "frps.toml", self.directory / "frpc.toml"
        server.write_text(
            f'bindAddr = "{LOOPBACK}"\nproxyBindAddr = "{LOOPBACK}"\nbindPort = {control}\n'
            f'vhostHTTPPort = {public}\nlog.level = "error"\n',
            encoding="utf-8",
        )
        client.write_text(
            f'serverAddr = "{LOOPBACK}"\nserverPort = {control}\nlog.level = "error"\n{self.transport}'
            f'[[proxies]]\nname = "demo"\ntype = "http"\nlocalPort = {self.place.app_port}\n'
            f'customDomains = ["{self.host}"]\n',
            encoding="utf-8",
        )
        self.group("relay").start(["frps", "-c", server])
        wait_for_port(control)
        self.group("client").start(["frpc", "-c", client])
        self.url = self.plain(public)


class FrpWebSocket(Frp):
    """frp over a WebSocket: the nearest relative of Hookline's link."""

    name = "frp websocket"
    transport = 'transport.protocol = "websocket"\n'


class Chisel(Tunnel):
    """chisel: bytes of one port over a WebSocket that carries SSH."""

    name = "chisel"

    @classmethod
    def missing(cls) -> str:
        """Say whether chisel is not on PATH."""
        return _missing("chisel")

    def start(self) -> None:
        """Start server and client."""
        control, public = self.place.ports.take(), self.place.ports.take()
        self.group("relay").start(["chisel", "server", "--host", LOOPBACK, "--port", str(control), "--reverse"])
        wait_for_port(control)
        remote = f"R:{LOOPBACK}:{public}:{LOOPBACK}:{self.place.app_port}"
        self.group("client").start(["chisel", "client", self.plain(control), remote])
        self.url = self.plain(public)


class Rathole(Tunnel):
    """rathole: bytes of one port, in Rust."""

    name = "rathole"

    @classmethod
    def missing(cls) -> str:
        """Say whether rathole is not on PATH."""
        return _missing("rathole")

    def start(self) -> None:
        """Start server and client."""
        control, public = self.place.ports.take(), self.place.ports.take()
        self.directory.mkdir(parents=True, exist_ok=True)
        server, client = self.directory / "server.toml", self.directory / "client.toml"
        server.write_text(
            f'[server]\nbind_addr = "{LOOPBACK}:{control}"\ndefault_token = "bench"\n'
            f'[server.services.app]\nbind_addr = "{LOOPBACK}:{public}"\n',
            encoding="utf-8",
        )
        client.write_text(
            f'[client]\nremote_addr = "{LOOPBACK}:{control}"\ndefault_token = "bench"\n'
            f'[client.services.app]\nlocal_addr = "{LOOPBACK}:{self.place.app_port}"\n',
            encoding="utf-8",
        )
        self.group("relay").start(["rathole", "--server", server])
        wait_for_port(control)
        self.group("client").start(["rathole", "--client", client])
        self.url = self.plain(public)


def _missing(*commands: str) -> str:
    absent = [command for command in commands if find(command) is None]
    return f"{' and '.join(absent)} not installed" if absent else ""
