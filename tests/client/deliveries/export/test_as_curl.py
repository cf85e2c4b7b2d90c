"""The exported cURL line, run for real in sh and bash, sends the bytes that were received."""

import subprocess

import pytest

from client.deliveries.export import CapturedExchange, export
from client.deliveries.importing import read_request
from shared.printable import printable
from tests.client.deliveries.export.echo import compared, echo
from tests.client.deliveries.export.samples import CONTENTS, FIELDS, TARGETS, exchange

SHELLS = ("sh", "bash")


def run(shell: str, sent: CapturedExchange) -> str:
    """Run the exported line with a shell and give its text."""
    line = export([sent], "curl", with_secrets=True).data.decode()
    done = subprocess.run([shell], input=line.encode(), capture_output=True, timeout=30, check=False)
    assert (done.returncode, done.stdout) == (0, b"ok"), done.stderr
    return line


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("name", CONTENTS)
def test_curl_sends_the_content_that_was_received(name: str, shell: str) -> None:
    """Quotes, `!`, line ends, NUL and 200 KB of binary arrive as they were."""
    with echo() as server:
        sent = exchange(server.base, content=CONTENTS[name])
        run(shell, sent)
        assert server.only().content == sent.content


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("name", TARGETS)
def test_curl_sends_the_target_that_was_received(name: str, shell: str) -> None:
    """Nothing is normalised, escaped or globbed."""
    with echo() as server:
        run(shell, exchange(server.base, target=TARGETS[name]))
        assert server.requests[0].split(b"\r\n")[0] == b"POST " + TARGETS[name] + b" HTTP/1.1"


@pytest.mark.parametrize("name", TARGETS)
def test_curl_sends_to_the_prefix_of_an_endpoint(name: str) -> None:
    """An endpoint under `/t/NAME` is called by its whole path."""
    with echo() as server:
        run("sh", exchange(f"{server.base}/t/demo", target=TARGETS[name]))
        assert server.requests[0].split(b"\r\n")[0] == b"POST /t/demo" + TARGETS[name] + b" HTTP/1.1"


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("fields", [FIELDS, (), ((b"Host", b"demo"),), ((b"Content-Length", b"34"), (b"Expect", b"x"))])
def test_curl_sends_the_fields_that_were_received(shell: str, fields: tuple[tuple[bytes, bytes], ...]) -> None:
    """Order, case, repetition and octets are kept, and none is added."""
    with echo() as server:
        run(shell, exchange(server.base, fields=fields))
        assert compared(server.only().fields) == compared(fields)


@pytest.mark.parametrize("content", [b"", b"x"])
@pytest.mark.parametrize("method", [b"GET", b"POST", b"PUT", b"DELETE", b"PATCH", b"OPTIONS", b"M-SEARCH"])
def test_curl_sends_the_method_that_was_received(method: bytes, content: bytes) -> None:
    """With a content and without one."""
    with echo() as server:
        run("sh", exchange(server.base, method=method, content=content, fields=FIELDS))
        received = server.only()
        assert (received.method, received.content) == (method, content)


def test_curl_asks_for_a_head_without_waiting_for_content() -> None:
    """An answer to HEAD has none."""
    assert "--head" in export([exchange(method=b"HEAD", content=b"", fields=())], "curl").data.decode()


@pytest.mark.parametrize("name", CONTENTS)
def test_curl_line_shows_nothing_but_printable_text(name: str) -> None:
    """A line can be shown in a terminal and pasted."""
    line = export([exchange(content=CONTENTS[name])], "curl", with_secrets=True).data.decode()
    assert printable(line) == line
    assert "\t" not in line


@pytest.mark.parametrize("name", CONTENTS)
def test_curl_line_comes_in_again(name: str) -> None:
    """What is exported can be imported, content and fields the same."""
    sent = exchange(content=CONTENTS[name])
    (read,) = read_request(export([sent], "curl", with_secrets=True).data)
    assert (read.method, read.url, read.content, compared(read.fields)) == (
        sent.method,
        sent.url,
        sent.content,
        compared(sent.fields),
    )
