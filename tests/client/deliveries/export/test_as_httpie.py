"""The exported HTTPie line, run for real, sends content, method and fields that were received."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from client.deliveries.export import CapturedExchange, ExportRefused, export
from shared.http import Fields
from shared.printable import printable
from tests.client.deliveries.export.echo import compared, echo
from tests.client.deliveries.export.samples import CONTENTS, FIELDS, exchange

SAYABLE: Fields = tuple(field for field in FIELDS if field[0] not in (b"X-Obs", b"X-Tab"))


def run(sent: CapturedExchange, directory: Path) -> None:
    """Run the exported line with sh; HTTPie stands beside the interpreter that runs the tests."""
    line = export([sent], "httpie", with_secrets=True).data
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "HTTPIE_CONFIG_DIR": str(directory), "NO_PROXY": "*"}
    done = subprocess.run(["sh"], input=line, capture_output=True, timeout=60, check=False, env=environment)
    assert (done.returncode, done.stdout[-2:]) == (0, b"ok"), done.stderr


def test_httpie_sends_what_was_received(tmp_path: Path) -> None:
    """Method, target, fields and every content; the library adds connection fields of its own."""
    with echo() as server:
        sent = exchange(server.base, fields=SAYABLE, method=b"PUT")
        run(sent, tmp_path)
        received = server.only()
    assert (received.method, received.target, received.content) == (sent.method, sent.target, sent.content)
    assert set(compared(SAYABLE)) <= set(received.fields)


@pytest.mark.parametrize("name", ["every byte", "quotes", "line ends", "history on a later line", "at", "empty"])
def test_httpie_sends_the_content_that_was_received(name: str, tmp_path: Path) -> None:
    """Quotes, line ends and NUL arrive as they were."""
    with echo() as server:
        run(exchange(server.base, content=CONTENTS[name], fields=()), tmp_path)
        assert server.only().content == CONTENTS[name]


@pytest.mark.parametrize("value", [b"caf\xe9", b"a\tb", b"C:\\:x"])
def test_httpie_refuses_a_field_that_it_cannot_say(value: bytes) -> None:
    """Rather than sending another value; curl can."""
    with pytest.raises(ExportRefused, match="Export as curl instead"):
        export([exchange(fields=((b"X-Odd", value),))], "httpie")


@pytest.mark.parametrize("name", CONTENTS)
def test_httpie_line_shows_nothing_but_printable_text(name: str) -> None:
    """A line can be shown in a terminal and pasted."""
    line = export([exchange(content=CONTENTS[name], fields=SAYABLE)], "httpie").data.decode()
    assert printable(line) == line
