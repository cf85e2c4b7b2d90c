"""Debian's programs that tests drive."""

import asyncio
import subprocess
from pathlib import Path

from tests.system.program import Finished
from tests.system.supervisor import Relay

SECONDS = 90


async def run(*command: str | Path, stdin: bytes = b"") -> Finished:
    """Run a program to its end."""
    return await asyncio.to_thread(_run, command, stdin)


def _run(command: tuple[str | Path, ...], stdin: bytes) -> Finished:
    done = subprocess.run(
        [str(word) for word in command], input=stdin, capture_output=True, timeout=SECONDS, check=False
    )
    out, err = done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
    return Finished(done.returncode, out, err)


async def curl(relay: Relay, path: str, *options: str | Path, host: str = "demo.localhost") -> Finished:
    """Post with curl over the relay's TLS, trusting its CA alone."""
    trust: list[str | Path] = ["--cacert", relay.ca] if relay.ca is not None else []
    scheme = "http" if relay.tls == "off" else "https"
    url = f"{scheme}://{host}:{relay.port}{path}"
    resolve = f"{host}:{relay.port}:127.0.0.1"
    quiet = ("--silent", "--show-error", "--max-time", "20", "--path-as-is")
    return await run("curl", *quiet, "--resolve", resolve, *trust, *options, url)
