"""Where `hookline send` sends to, and by which CA it trusts what answers there."""

import asyncio
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import click

from client import places
from client.api import RemoteInspector
from client.api.remote import ClientGone
from client.cli.inspecting import ANSWER_SECONDS
from client.config import load
from client.credentials import Credentials
from client.running import running
from client.views import Status


class Target(NamedTuple):
    """A public URL in two parts."""

    base: str
    """`https://demo.localhost:8443`."""
    path: str
    ca: Path | None
    """Certificates to trust instead of the system's."""


async def find_target(to: str | None, ca: Path | None) -> Target:
    """Give where to send.

    Args:
        to: the URL that was given; None: that of the client that runs.
        ca: the CA that was given; None: that of the running client that serves the URL, else what the settings and
            the logins say.

    Raises:
        UsageError: it is no URL, or none was given and no client runs.
    """
    statuses = () if to and (ca or to.startswith("http:")) else await _statuses()
    url = to or next(_public_urls(statuses), "")
    if not url:
        raise click.UsageError("no hookline runs here, so say where to send: --to https://demo.example.com/hooks")
    base, path = _split(url)
    if ca is None and base.startswith("https:"):
        ca = _running_ca(statuses, base) or await asyncio.to_thread(_usual_ca, base)
    return Target(base, path, ca)


def _split(url: str) -> tuple[str, str]:
    """Part a URL before its path."""
    scheme, found, rest = url.partition("://")
    if not found or scheme not in {"http", "https"} or not rest:
        raise click.UsageError(f"--to {url}: write the whole URL, as --to https://demo.example.com/hooks")
    authority, _, path = rest.partition("/")
    return f"{scheme}://{authority}", f"/{path}"


async def _statuses() -> list[Status]:
    """Give the states of the clients that run and answer, the newest first."""
    found = []
    for agent in running(places.agents_directory()):
        with suppress(ClientGone, TimeoutError):
            async with RemoteInspector(agent.url, token=agent.token) as inspector, asyncio.timeout(ANSWER_SECONDS):
                found.append(await inspector.status())
    return found


def _public_urls(statuses: Sequence[Status]) -> Iterator[str]:
    return (url for status in statuses for tunnel in status.tunnels for url in tunnel.public_urls)


def _running_ca(statuses: Sequence[Status], base: str) -> Path | None:
    """Give the CA of the running client whose tunnel has this URL."""
    for status in statuses:
        if status.ca_file and any(_split(url)[0] == base for url in _public_urls([status])):
            return Path(status.ca_file)
    return None


def _usual_ca(base: str) -> Path | None:
    """Give the CA that the settings or the logins name for a URL, or that of --local."""
    settled = load({}, os.environ).settings.relay_ca
    if settled is not None:
        return settled
    parts = urlsplit(base)
    host = parts.hostname or ""
    known = Credentials(places.credentials_file()).ca_for(host, parts.port)
    if known is not None:
        return known
    local = places.local_relay_ca_file()
    return local if f".{host}".endswith(".localhost") and local.is_file() else None
