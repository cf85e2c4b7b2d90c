"""The files of deploy/, as an operator uses them."""

import asyncio
import re
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import websockets

from relay_server.app import Relay
from relay_server.cli.main import main
from relay_server.config import load_settings
from relay_server.tokens import Tokens
from relay_server.tokens.schema import open_store
from shared.exchange import Content, Request, Response
from shared.http.heads import ResponseHead
from tests.authority import Authority
from tests.conftest import find

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
DOMAIN = "relay.example.com"


def test_configuration_file_fits(capsys: pytest.CaptureFixture[str], authority: Authority) -> None:
    """The example of a configuration file is accepted as it is, but for the certificate's place."""
    certificate, key = authority.issue(DOMAIN, f"*.{DOMAIN}")
    words = ["config", "check", "--config", str(DEPLOY / "relay.toml"), "--cert", str(certificate), "--key", str(key)]
    assert main(words) == 0
    assert capsys.readouterr().out.startswith(f"ok: {DOMAIN}, TLS files, listens on 443")


@contextmanager
def nginx(directory: Path, authority: Authority, *, port: int, relay_port: int) -> Iterator[None]:
    """Run nginx with the example's file, on other ports and with another certificate."""
    certificate, key = authority.issue(DOMAIN, f"*.{DOMAIN}")
    site = (DEPLOY / "nginx.conf").read_text()
    site = re.sub(r"listen \[::\].*\n", "", site).replace("listen 443", f"listen 127.0.0.1:{port}")
    site = site.replace("server 127.0.0.1:8080", f"server 127.0.0.1:{relay_port}")
    site = re.sub(r"(ssl_certificate +)[^ ]*;", rf"\g<1>{certificate};", site)
    site = re.sub(r"(ssl_certificate_key +)[^ ]*;", rf"\g<1>{key};", site)
    temporary = " ".join(
        f"{kind}_temp_path {directory}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    file = directory / "nginx.conf"
    file.write_text(
        f"daemon off; pid {directory}/nginx.pid; events {{}}\nhttp {{ access_log off; {temporary}\n{site}\n}}\n"
    )
    process = subprocess.Popen([find("nginx") or "nginx", "-e", directory / "error.log", "-c", file])
    try:
        yield
    finally:
        process.terminate()
        process.wait()


async def connected(port: int, context: ssl.SSLContext, host: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect to nginx, which may still be starting."""
    end = time.monotonic() + 10
    while True:
        try:
            return await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname=host)
        except ConnectionRefusedError:
            assert time.monotonic() < end, "nginx did not start"


class App:
    """Answers in place of a client, and keeps what it was asked."""

    def __init__(self) -> None:
        self.requests: list[Request] = []

    @property
    def active(self) -> int:
        """Give how many exchanges run."""
        return 0

    async def request(self, request: Request) -> Response:
        """Answer 200."""
        self.requests.append(request)
        return Response(ResponseHead(200, b"OK", ()), Content(b"done"))


@pytest.mark.system
@pytest.mark.needs("nginx")
async def test_nginx_in_front(tmp_path: Path, authority: Authority, free_port: int) -> None:
    """Behind nginx a delivery arrives as it was sent, with the sender's address and URL, and clients connect."""
    flags = {"domain": DOMAIN, "tls": "off", "listen": ("127.0.0.1:0",), "trusted_proxy": ("127.0.0.1",)}
    settings = load_settings({**flags, "data_dir": str(tmp_path), "admin": "off"}, {}, None).settings
    context = ssl.create_default_context(cafile=authority.certificate)
    app, target = App(), "/a//b/../c?x=%00&y"
    async with Relay(settings) as relay:
        relay._endpoint("demo").attach(app)
        with nginx(tmp_path, authority, port=free_port, relay_port=relay.ready.port):
            reader, writer = await connected(free_port, context, f"demo.{DOMAIN}")
            forged = "X-Forwarded-For: 192.0.2.9\r\nForwarded: for=192.0.2.8"
            head = f"POST {target} HTTP/1.1\r\nHost: demo.{DOMAIN}\r\n{forged}"
            writer.write(f"{head}\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok".encode())
            answer = await reader.read()
            writer.close()
            await open_link(tmp_path, free_port, context)
    (request,) = app.requests
    assert (answer.split(b"\r\n")[0], request.content.whole()) == (b"HTTP/1.1 200 OK", b"ok")
    assert (request.head.target, request.delivery.remote) == (target.encode(), "127.0.0.1")
    assert request.delivery.public_url == f"https://demo.{DOMAIN}"


async def open_link(data: Path, port: int, context: ssl.SSLContext) -> None:
    """Connect as a client does, through nginx."""
    with closing(open_store(data)) as store:
        token = Tokens(store, clock=time.time).create("laptop")
    async with websockets.connect(
        f"wss://{DOMAIN}/_hookline/link",
        host="127.0.0.1",
        port=port,
        ssl=context,
        additional_headers={"Authorization": f"Bearer {token}"},
        subprotocols=[websockets.Subprotocol("hookline.v1")],
        compression=None,
        proxy=None,
    ) as socket:
        assert socket.subprotocol == "hookline.v1"
