"""nginx's configurations: the local app, and the proxy that is compared with."""

from pathlib import Path

from benchmarks.machine import LOOPBACK, find

_FRAME = """
worker_processes 1;
pid {directory}/nginx.pid;
error_log {directory}/error.log;
events {{ worker_connections 8192; }}
http {{
  access_log off;
  sendfile on;
  keepalive_requests 100000000;
  client_max_body_size 0;
  client_body_temp_path {directory}/client;
  proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
{servers}
}}
"""

_APP = """
  server {{
    listen {address}:{port};
    location = /hook {{ default_type application/json; return 200 '{{"received":true}}'; }}
    location = /big {{ alias {big}; }}
    location = /sink {{ proxy_pass http://{address}:{sink}; proxy_http_version 1.1; proxy_request_buffering off; }}
  }}
"""

_PROXY = """
  upstream app {{ server {address}:{app}; keepalive 64; keepalive_requests 100000000; }}
  server {{
    listen {address}:{plain};
    listen {address}:{secure} ssl;
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    ssl_protocols TLSv1.3;
    location / {{
      proxy_pass http://app;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_request_buffering off;
      proxy_buffering off;
    }}
  }}
"""


def app(directory: Path, *, port: int, sink: int, big: Path) -> list[str | Path]:
    """Give the command of a local app: `/hook` answers at once, `/big` is a file, `/sink` takes an upload."""
    return _command(directory, _APP.format(address=LOOPBACK, port=port, sink=sink, big=big))


def proxy(directory: Path, *, app_port: int, plain: int, secure: int, certificate: Path, key: Path) -> list[str | Path]:
    """Give the command of a reverse proxy in front of the local app, plain and with TLS 1.3."""
    servers = _PROXY.format(
        address=LOOPBACK, app=app_port, plain=plain, secure=secure, certificate=certificate, key=key
    )
    return _command(directory, servers)


def _command(directory: Path, servers: str) -> list[str | Path]:
    directory.mkdir(parents=True, exist_ok=True)
    configuration = directory / "nginx.conf"
    configuration.write_text(_FRAME.format(directory=directory, servers=servers), encoding="utf-8")
    return [find("nginx") or "nginx", "-c", configuration, "-g", "daemon off;"]
