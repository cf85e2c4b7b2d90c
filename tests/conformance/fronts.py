"""Other proxies in front of the relay, each with the few lines that lead to it."""

from pathlib import Path

from tests.conftest import find
from tests.system.program import Program

HAPROXY = """
global
  maxconn 512
defaults
  mode http
  option http-keep-alive
  timeout connect 5s
  timeout client 10s
  timeout server 10s
frontend public
  bind 127.0.0.1:{port}
  default_backend relay
backend relay
  option forwardfor
  http-request set-header X-Forwarded-Proto https
  server relay 127.0.0.1:{relay}
"""

CADDY = """
{{
  admin off
  auto_https off
}}
http://:{port} {{
  bind 127.0.0.1
  reverse_proxy 127.0.0.1:{relay} {{
    flush_interval -1
  }}
}}
"""


def start(front: str, directory: Path, *, port: int, relay: int) -> Program:
    """Start HAProxy or Caddy on a port, in front of a relay's."""
    directory.mkdir()
    configuration = directory / f"{front}.conf"
    text = HAPROXY if front == "haproxy" else CADDY
    configuration.write_text(text.format(port=port, relay=relay), encoding="utf-8")
    program = find(front) or front
    command: list[str | Path] = (
        [program, "-db", "-f", configuration]
        if front == "haproxy"
        else [program, "run", "--adapter", "caddyfile", "--config", configuration]
    )
    env = {
        "PATH": "/usr/sbin:/usr/bin:/bin",
        "HOME": str(directory),
        "XDG_DATA_HOME": str(directory),
        "XDG_CONFIG_HOME": str(directory),
    }
    return Program(command, env=env, logs=directory / f"{front}.log", cwd=directory)
