"""`hookline-relay serve` and `status`, as real processes."""

import json
import signal
import socket
import ssl
import subprocess
import time
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any

import pytest

from tests.authority import Authority
from tests.relay_server.cli.conftest import Run, Serve, Serving

pytestmark = pytest.mark.system


def get(ready: dict[str, Any], path: str, *, host: str = "demo.localhost") -> tuple[int, bytes]:
    """Ask a relay for a path of a host, trusting the authority that it named."""
    context = ssl.create_default_context(cafile=ready["ca"])
    with socket.create_connection(("127.0.0.1", ready["port"])) as raw:
        connection = HTTPSConnection(host, ready["port"], context=context)
        connection.sock = context.wrap_socket(raw, server_hostname=host)
        connection.request("GET", path)
        response = connection.getresponse()
        answer = response.status, response.read()
        connection.close()
    return answer


def test_ready_line_and_what_it_names(serve: Serve) -> None:
    """One JSON line tells the real port, the URL with it, and the authority to trust; both names are served."""
    relay = serve("--listen-http", "127.0.0.1:0")
    ready = relay.ready
    assert ready["url"] == f"https://demo.localhost:{ready['port']}"
    assert (ready["domain"], ready["http_port"] > 0) == ("demo.localhost", True)
    assert get(ready, "/_hookline/readyz") == (200, b"ready\n")
    assert get(ready, "/", host="billing.demo.localhost")[0] == 404
    assert relay.end() == (0, "")


@pytest.mark.needs("curl")
def test_curl_accepts_the_local_authority(serve: Serve) -> None:
    """A sender that is told the authority's file posts without further ado."""
    ready = serve().ready
    url = f"{ready['url']}/t/demo"
    command = ["curl", "--silent", "--cacert", ready["ca"], "--data", "x", "--write-out", "%{http_code}", url]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.endswith("404")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_it_at_once(serve: Serve, number: signal.Signals) -> None:
    """With nothing to finish a relay ends within two seconds, with code 0 and without a complaint."""
    relay = serve()
    began = time.monotonic()
    assert relay.end(number) == (0, "")
    assert time.monotonic() - began < 2
    assert "Traceback" not in relay.err
    assert "warning" not in relay.err


def test_nothing_is_left_of_it(serve: Serve, tmp_path: Path) -> None:
    """After the end the port is free and the socket is gone; tokens and authority stay."""
    relay = serve()
    assert (tmp_path / "data" / "admin.sock").exists()
    relay.end()
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == ["local-ca", "relay.db"]
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", relay.ready["port"])) != 0


def test_ends_with_standard_input(serve: Serve) -> None:
    """A parent that dies takes the relay along."""
    relay = serve("--end-with-stdin", stdin=subprocess.PIPE)
    assert relay.process.poll() is None
    assert relay.process.stdin is not None
    relay.process.stdin.close()
    relay.process.stdin = None
    assert relay.wait() == (0, "")


def test_status_of_a_running_relay(serve: Serve, run: Run) -> None:
    """The status tells address and certificate, in words and as JSON."""
    ready = serve().ready
    words = run("status", "--data-dir", "data")
    assert (words.returncode, words.stderr) == (0, "")
    assert f"{ready['url']} serves" in words.stdout
    document = json.loads(run("status", "--data-dir", "data", "--json").stdout)
    assert (document["url"], document["draining"], document["endpoints"]) == (ready["url"], False, [])


def test_status_of_a_relay_short_of_memory(serve: Serve, run: Run) -> None:
    """The operator is told that deliveries are refused, and why."""
    serve("--memory-limit", "1B")
    assert "refuses new deliveries: too little memory" in run("status", "--data-dir", "data").stdout


def test_status_over_tcp(serve: Serve, run: Run, free_port: int) -> None:
    """The operator's door may be on loopback."""
    serve("--admin", f"127.0.0.1:{free_port}")
    assert run("status", "--admin", f"127.0.0.1:{free_port}").returncode == 0


@pytest.mark.parametrize("admin", ["off", "/nowhere/admin.sock", "127.0.0.1:1"])
def test_status_without_a_relay(run: Run, admin: str) -> None:
    """Where no relay answers, the status says what to do."""
    done = run("status", "--admin", admin)
    assert (done.returncode, done.stdout) == (1, "")
    assert "--admin" in done.stderr


def test_port_in_use(serve: Serve, run: Run) -> None:
    """A port that is taken ends the start with a sentence and code 1."""
    port = serve().ready["port"]
    done = run("serve", "--domain", "demo.localhost", "--listen", f"127.0.0.1:{port}", "--data-dir", "other")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"cannot listen on 127.0.0.1:{port}: another program listens there" in done.stderr
    assert "Traceback" not in done.stderr


def test_second_relay_with_the_same_data(serve: Serve, run: Run) -> None:
    """Two relays on one data directory are refused, and the first goes on."""
    first = serve()
    done = run("serve", "--domain", "demo.localhost", "--listen", "127.0.0.1:0", "--data-dir", "data")
    assert done.returncode == 1
    assert "another relay runs with this data directory" in done.stderr
    assert get(first.ready, "/_hookline/healthz") == (200, b"ok\n")


@pytest.mark.parametrize(
    ("options", "code", "sentence"),
    [
        ([], 2, "add --domain relay.example.com"),
        (["--domain", "r.test"], 2, "add --cert FILE --key FILE"),
        (["--domain", "https://r.test"], 2, "write it without https://"),
        (["--domain", "r.test", "--cert", "no.pem", "--key", "no.key"], 1, "there is no certificate at"),
        (["--domain", "demo.localhost", "--listen", "192.0.2.1:0"], 1, "this machine has no such address"),
        (["--domain", "demo.localhost", "--config", "no.toml"], 2, "no.toml: there is no such file"),
    ],
)
def test_what_cannot_be_served(run: Run, options: list[str], code: int, sentence: str) -> None:
    """What cannot be served ends at once, with a sentence that says what to do."""
    done = run("serve", *options)
    assert (done.returncode, done.stdout) == (code, "")
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_renewed_certificate_is_served(serve: Serve, authority: Authority, tmp_path: Path) -> None:
    """A renewal on disk is served without a restart."""
    first, second = authority.issue("demo.localhost"), authority.issue("demo.localhost", "renewed.localhost")
    files = (tmp_path / "cert.pem", tmp_path / "key.pem")
    for source, target in zip(first, files, strict=True):
        target.write_bytes(source.read_bytes())
    relay = serve("--tls", "files", "--cert", str(files[0]), "--key", str(files[1]))
    for source, target in zip(second, files, strict=True):
        target.write_bytes(source.read_bytes())
    context = ssl.create_default_context(cafile=authority.certificate)
    end = time.monotonic() + 15
    while "renewed.localhost" not in served_names(relay, context):
        assert time.monotonic() < end, relay.err
        time.sleep(0.1)
    assert relay.end() == (0, "")


def served_names(relay: Serving, context: ssl.SSLContext) -> list[str]:
    """Give the names of the certificate that a relay serves now."""
    with (
        socket.create_connection(("127.0.0.1", relay.ready["port"])) as raw,
        context.wrap_socket(raw, server_hostname="demo.localhost") as connection,
    ):
        certificate: dict[str, Any] = connection.getpeercert() or {}
        return [name for _, name in certificate["subjectAltName"]]


def test_log_in_json_and_tokens_in_no_log(serve: Serve, run: Run) -> None:
    """Every line is a JSON object, and a token that was shown to the relay is in none of them."""
    token = run("token", "create", "laptop", "--data-dir", "data").stdout.strip()
    relay = serve("--log-format", "json", "--log-level", "debug")
    context = ssl.create_default_context(cafile=relay.ready["ca"])
    with (
        socket.create_connection(("127.0.0.1", relay.ready["port"])) as raw,
        context.wrap_socket(raw, server_hostname="demo.localhost") as connection,
    ):
        connection.sendall(
            f"GET /_hookline/link?{token} HTTP/1.1\r\nHost: demo.localhost:{relay.ready['port']}\r\n"
            f"Authorization: Bearer {token}x\r\nX: {token}\r\n\r\n".encode()
        )
        while connection.recv(4096):
            pass
    relay.end()
    lines = [json.loads(line) for line in relay.err.splitlines()]
    assert {"relay.ready", "relay.draining", "relay.ended"} <= {line["event"] for line in lines}
    assert token[4:] not in relay.err


def test_plain_relay_behind_a_proxy(serve: Serve) -> None:
    """Behind a proxy that has the certificate the public URL is the proxy's."""
    ready = serve("--tls", "off", "--trusted-proxy", "127.0.0.1").ready
    assert (ready["url"], ready["ca"], ready["http_port"]) == ("https://demo.localhost", None, None)


def test_two_signals_end_it_whatever_runs(serve: Serve) -> None:
    """A second signal while deliveries may finish ends the relay at once."""
    relay = serve("--drain", "60s")
    relay.process.send_signal(signal.SIGTERM)
    assert relay.end(signal.SIGTERM) == (0, "")
