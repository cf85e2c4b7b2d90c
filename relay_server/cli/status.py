"""`hookline-relay status` and `hookline-relay version`."""

import http.client
import socket
from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

from relay_server.addresses import AdminAddress
from relay_server.admin.status import RelayStatus
from relay_server.cli.options import settings_of, settings_options
from relay_server.errors import RelayError
from relay_server.version import version
from shared.printable import printable_line

TIMEOUT_SECONDS = 5.0


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print what the relay answers.")
@settings_options("admin", "data_dir")
def status(config_file: Path | None, admin: str | None, data_dir: str | None, *, as_json: bool) -> None:
    """Ask the running relay how it is: address, certificate, endpoints.

    Exit code 1: no relay answers. Run it as the relay's user and with its --data-dir, or with --admin.
    """
    settings = settings_of(config_file, {"admin": admin, "data_dir": data_dir}).settings
    answer = _ask(settings.admin_address)
    if as_json:
        click.echo(answer)
        return
    try:
        found = msgspec.json.decode(answer, type=RelayStatus)
    except msgspec.DecodeError as error:
        raise RelayError(f"what answers at {settings.admin_address} is no relay of this version ({error})") from error
    for line in _lines(found):
        click.echo(printable_line(line))


@click.command("version")
def version_command() -> None:
    """Print the version."""
    click.echo(f"hookline-relay {version()}")


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=TIMEOUT_SECONDS)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket's path."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(TIMEOUT_SECONDS)
        self.sock.connect(str(self._path))


def _ask(address: AdminAddress) -> bytes:
    if address.path is not None:
        connection: http.client.HTTPConnection = _UnixConnection(address.path)
    elif address.tcp is not None:
        connection = http.client.HTTPConnection(address.tcp.host, address.tcp.port, timeout=TIMEOUT_SECONDS)
    else:
        raise RelayError("the relay's admin address is off: there is nothing to ask, set it with --admin")
    try:
        connection.request("GET", "/status")
        response = connection.getresponse()
        answer = response.read()
    except (OSError, http.client.HTTPException) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise RelayError(
            f"no relay answers at {address} ({why}): start it with hookline-relay serve, "
            "or give the --data-dir or --admin that it runs with"
        ) from error
    finally:
        connection.close()
    if response.status != http.client.OK:
        raise RelayError(f"what answers at {address} is no hookline relay (HTTP {response.status})")
    return answer


def _lines(found: RelayStatus) -> list[str]:
    started = datetime.fromtimestamp(found.started_at, UTC)
    state = "is draining" if found.draining else "refuses new deliveries: too little memory"
    lines = [
        f"{found.url} {state if found.draining or found.overloaded else 'serves'}",
        f"hookline-relay {found.version}, pid {found.pid}, since {started:%Y-%m-%d %H:%M} UTC",
        f"listens on {', '.join(found.listen)}",
    ]
    if found.certificate_ends_at is not None:
        lines.append(f"certificate until {datetime.fromisoformat(found.certificate_ends_at):%Y-%m-%d %H:%M} UTC")
    if not found.endpoints:
        lines.append("no endpoint yet: a client makes one with hookline http 3000")
    for one in found.endpoints:
        links = {0: "offline", 1: "1 client"}.get(one.links, f"{one.links} clients")
        lines.append(f"  {one.name} ({one.owner}): {links}, {one.urls[0] if one.urls else ''}")
    return lines
