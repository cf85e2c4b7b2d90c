"""`hookline-relay serve`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from relay_server.cli.options import settings_of, settings_options
from shared import logs

if TYPE_CHECKING:
    from relay_server.app import Ready

SETTINGS = (
    "domain",
    "listen",
    "listen_http",
    "tls",
    "cert",
    "key",
    "public_url",
    "trusted_proxy",
    "connections",
    "connections_per_address",
    "memory_limit",
    "data_dir",
    "admin",
    "drain",
    "hold",
    "log_format",
    "log_level",
)


@click.command()
@settings_options(*SETTINGS)
@click.option("--ready-json", is_flag=True, help="Print one JSON line on standard output when the relay serves.")
@click.option("--end-with-stdin", is_flag=True, help="End when standard input ends, for a parent process.")
@click.option("--debug", is_flag=True, help="Log everything, with tracebacks.")
def serve(config_file: Path | None, *, ready_json: bool, end_with_stdin: bool, debug: bool, **flags: Any) -> None:
    """Run the relay until Ctrl-C or SIGTERM; deliveries that run may finish.

    \b
    Try it out on this machine, with a certificate authority of its own:
      hookline-relay serve --domain demo.localhost
    \b
    With a certificate for relay.example.com and *.relay.example.com, which may be renewed while it runs:
      hookline-relay serve --domain relay.example.com --cert fullchain.pem --key privkey.pem
    \b
    Behind nginx, which has the certificate:
      hookline-relay serve --domain relay.example.com --tls off --trusted-proxy 127.0.0.1

    Every option can also be set in the environment (--listen-http as HOOKLINE_RELAY_LISTEN_HTTP) and in a
    configuration file (listen_http = "80"). The command line comes first, then the environment, then the file.
    """  # noqa: D301 - click takes \b for "keep these lines"
    settings = settings_of(config_file, flags).settings
    level = "debug" if debug else settings.log_level
    logs.configure(level=level, stream=sys.stderr, form=settings.log_format, tracebacks=debug)
    from relay_server import program  # noqa: PLC0415 - aiohttp and cryptography are not loaded for --help

    program.run(settings, on_ready=_announce if ready_json else _narrate, end_with_stdin=end_with_stdin)


def _announce(ready: "Ready") -> None:
    line = {
        "url": ready.url,
        "port": ready.port,
        "http_port": ready.http_port,
        "domain": ready.domain,
        "ca": None if ready.ca is None else str(ready.ca),
    }
    click.echo(msgspec.json.encode(line))


def _narrate(ready: "Ready") -> None:
    if not sys.stderr.isatty():
        return
    click.echo(_hints(ready), err=True)


def _hints(ready: "Ready") -> str:
    """Give what to do next, in lines of at most 100 columns, but for a CA in a very long path."""
    trust = "" if ready.ca is None else f" \\\n    --relay-ca {ready.ca}"
    lines = [
        "",
        f"The relay serves {ready.url} (Ctrl-C ends it). In another terminal:",
        "  hookline-relay token create laptop    # unless you have a token",
        f"  hookline login {ready.url}{trust}",
        "  hookline http 3000",
        "",
    ]
    if ready.ca is not None:
        lines += ["Senders have to trust its CA too:", f"  curl --cacert {ready.ca}", ""]
    return "\n".join(lines)
