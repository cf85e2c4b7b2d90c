"""Starts the real programs, waits until they serve, and leaves nothing behind."""

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import cycle
from pathlib import Path
from typing import Any, Literal, Self

import aiohttp

from benchmarks.machine import PORTS, first_ephemeral
from tests.authority import Authority
from tests.system.polling import until_async
from tests.system.program import Finished, Program

PROGRAMS = Path(sys.executable).parent
DOMAIN = "localhost"
NAME = "demo"
RUN_SECONDS = 30.0
CERTIFIED = ("localhost", "demo.localhost", "nobody.localhost")
"""No wildcard: OpenSSL takes none right below a top-level domain."""

DEMO_PORT = 8443
"""Where `hookline demo` listens."""

Tls = Literal["files", "local-ca", "off"]


def free_port() -> int:
    """Give a port of 127.0.0.1 that nothing listens on, and that no outgoing connection nor neighbour takes."""
    for port in _PORTS:
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("unreachable: the ports come round again")


def _own_ports() -> Iterator[int]:
    """Give ports below those of outgoing connections, and above the benchmarks', again and again."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = first_ephemeral() - PORTS
    start = (worker * PORTS // 8 + os.getpid() % (PORTS // 8)) % PORTS
    return cycle(first + (start + step) % PORTS for step in range(PORTS) if first + (start + step) % PORTS != DEMO_PORT)


_PORTS = _own_ports()


class Relay:
    """A running `hookline-relay serve`."""

    def __init__(self, program: Program, *, port: int, plain_port: int, tls: str, ca: Path | None) -> None:
        self.program = program
        self.port = port
        """With TLS, unless that is off."""
        self.plain_port = plain_port
        self.tls = tls
        self.ca = ca
        """The certificate that clients are to trust."""

    @property
    def url(self) -> str:
        """What the client is told with `--relay`."""
        return f"{'http' if self.tls == 'off' else 'https'}://{DOMAIN}:{self.port}"


class Client:
    """A running `hookline http`."""

    def __init__(self, program: Program, api: str) -> None:
        self.program = program
        self.api = api
        """The URL of its local API."""

    async def get(self, path: str) -> Any:
        """Give what the local API answers, as JSON values."""
        async with aiohttp.ClientSession() as session, session.get(f"{self.api}{path}") as response:
            assert response.status == 200, await response.text()
            return json.loads(await response.text())

    async def post(self, path: str, body: object) -> tuple[int, Any]:
        """Post JSON to the local API; give the status and the JSON answered."""
        async with aiohttp.ClientSession() as session, session.post(f"{self.api}{path}", json=body) as response:
            return response.status, json.loads(await response.text())

    async def content(self, path: str) -> bytes:
        """Give the bytes that the local API answers."""
        async with aiohttp.ClientSession() as session, session.get(f"{self.api}{path}") as response:
            assert response.status == 200, await response.text()
            return await response.read()

    async def online(self, *, seconds: float = 15.0) -> None:
        """Wait until its link is up."""
        await until_async(self._online, seconds=seconds, what=f"the link\n{self.program.text}\n")

    async def _online(self) -> bool:
        assert self.program.running, f"ended while it was to come online:\n{self.program.text}"
        try:
            status = await self.get("/api/status")
        except aiohttp.ClientError:
            return False
        return bool(status["link"] == "online")


class Supervisor:
    """Runs programs below one directory, each role with a home of its own; ends them all with the block."""

    def __init__(self, directory: Path, authority: Authority) -> None:
        self.directory = directory
        self._authority = authority
        self._programs: list[Program] = []
        self.secrets: list[str] = []
        """Tokens and signing secrets: none of them may be in any output."""

    async def __aenter__(self) -> Self:
        """Begin."""
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        """End every process by its id; where the test passed, look through what they said."""
        for program in self._programs:
            program.cleanse()
        if kind is None:
            self.check_outputs()

    def check_outputs(self) -> None:
        """See that nothing that was said holds a traceback or a secret."""
        for program in self._programs:
            check_output(program.text, self.secrets)

    def home(self, role: str) -> Path:
        """Give the home directory of a role; it is made where it is missing."""
        path = self.directory / role
        path.mkdir(parents=True, exist_ok=True)
        return path

    def environment(self, role: str, **more: str) -> dict[str, str]:
        """Give an environment in which nothing of the user's or of another role's is found."""
        home = self.home(role)
        env = {key: os.environ[key] for key in ("PATH", "LANG", "LC_ALL", "TMPDIR") if key in os.environ}
        env |= {"HOME": str(home), "TERM": "dumb", "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"}
        for kind in ("DATA", "CONFIG", "STATE", "CACHE"):
            env[f"XDG_{kind}_HOME"] = str(home / kind.lower())
        return env | more

    def start(self, role: str, name: str, *arguments: object, **env: str) -> Program:
        """Start one of the programs and go on."""
        return self._start(role, name, arguments, env)

    def _start(
        self,
        role: str,
        name: str,
        arguments: Sequence[object],
        env: dict[str, str],
        *,
        inherits: socket.socket | None = None,
        through: Sequence[str] = (),
    ) -> Program:
        number = len(self._programs)
        program = Program(
            [*through, PROGRAMS / name, *(str(argument) for argument in arguments)],
            env=self.environment(role, **env),
            logs=self.home(role) / f"{number}-{name}.log",
            cwd=self.home(role),
            inherits=inherits,
        )
        self._programs.append(program)
        return program

    async def run(self, role: str, name: str, *arguments: object, stdin: str = "", **env: str) -> Finished:
        """Run one of the programs to its end."""
        command = [str(PROGRAMS / name), *(str(argument) for argument in arguments)]
        return await asyncio.to_thread(self._run, role, command, stdin, env)

    def _run(self, role: str, command: list[str], stdin: str, env: dict[str, str]) -> Finished:
        done = subprocess.run(
            command,
            input=stdin,
            env=self.environment(role, **env),
            cwd=self.home(role),
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS,
            check=False,
        )
        check_output(done.stdout + done.stderr, () if "token" in command else self.secrets)
        return Finished(done.returncode, done.stdout, done.stderr)

    async def token(self, name: str = "laptop", *options: object) -> str:
        """Make a token in the relay's data."""
        data = self.home("relay") / "relay-data"
        done = await self.run("relay", "hookline-relay", "token", "create", name, "--data-dir", data, *options)
        assert done.code == 0, done.text
        token = done.out.strip()
        assert token.startswith("hkl_"), f"the token alone belongs on standard output: {done.out!r}"
        self.secrets.append(token)
        return token

    async def relay(
        self,
        *options: object,
        tls: Tls = "files",
        port: int | None = None,
        names: Sequence[str] = CERTIFIED,
        inherits: socket.socket | None = None,
        through: Sequence[str] = (),
    ) -> Relay:
        """Start a relay and wait until it serves.

        Args:
            options: further words of its command line.
            tls: `files`: with a certificate of the suite's authority; `local-ca`; `off`.
            port: where it listens; None: anywhere.
            names: what the certificate is for.
            inherits: a socket that listens already, instead of `port`.
            through: a program with its options that becomes the relay in the end.
        """
        if inherits is not None:
            port = inherits.getsockname()[1]
        port, plain_port = port or free_port(), free_port()
        data = self.home("relay") / "relay-data"
        arguments: list[object] = ["--data-dir", data, "--domain", DOMAIN, "--listen", f"127.0.0.1:{port}"]
        arguments += ["--tls", tls, "--admin", f"127.0.0.1:{free_port()}"]
        if tls != "off":
            arguments += ["--listen-http", f"127.0.0.1:{plain_port}"]
        if tls == "files":
            issued = self._authority.issue(*names)
            arguments += ["--cert", issued.certificate, "--key", issued.key]
        program = self._start(
            "relay", "hookline-relay", ["serve", *arguments, *options], {}, inherits=inherits, through=through
        )
        await program.says(r"relay\.ready")
        ca = self._authority.certificate if tls == "files" else next(iter(sorted(data.rglob("*ca*.pem"))), None)
        return Relay(program, port=port, plain_port=port if tls == "off" else plain_port, tls=tls, ca=ca)

    async def client(
        self,
        relay: Relay,
        origin: object,
        *options: object,
        token: str,
        role: str = "client",
        name: str = NAME,
        relay_url: str = "",
        ui: str = "lines",
        api: int | None = None,
        through: Sequence[str] = (),
        **env: str,
    ) -> Client:
        """Start a client and wait until its link is up.

        Args:
            relay: what it connects to.
            origin: the app.
            options: further words of its command line.
            token: the relay's.
            role: whose home it has.
            name: the endpoint's.
            relay_url: where the relay is reached, if not at its own URL.
            ui: its front end.
            api: the port of its local API; None: any.
            through: a program with its options that becomes the client.
            env: further variables.
        """
        api = api or free_port()
        arguments: list[object] = [origin, "--relay", relay_url or relay.url, "--url", name, "--ui", ui]
        arguments += ["--inspect-addr", f"127.0.0.1:{api}", *options]
        if relay.ca is not None:
            arguments += ["--relay-ca", relay.ca]
        env["HOOKLINE_TOKEN"] = token
        program = self._start(role, "hookline", ["http", *arguments], env, through=through)
        client = Client(program, f"http://127.0.0.1:{api}")
        await client.online()
        return client


def check_output(text: str, secrets: Sequence[str]) -> None:
    """See that what a program said holds no traceback and no secret."""
    assert "Traceback (most recent call last)" not in text, text
    assert "this is a bug in hookline" not in text, text
    for secret in secrets:
        assert secret not in text, "a secret was printed"
