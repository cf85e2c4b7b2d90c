"""The exported Python program, run for real, sends the bytes that were received."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from client.deliveries.export import Format, export
from tests.client.deliveries.export.echo import compared, echo
from tests.client.deliveries.export.samples import CONTENTS, TARGETS, exchange


def run(data: bytes, path: Path) -> bytes:
    """Run a program and give what it printed."""
    path.write_bytes(data)
    done = subprocess.run([sys.executable, "-I", "-W", "error", path], capture_output=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", TARGETS)
def test_python_sends_target_and_fields_that_were_received(name: str, tmp_path: Path) -> None:
    """The standard library's client changes nothing."""
    with echo() as server:
        sent = exchange(server.base, target=TARGETS[name])
        run(export([sent], "python", with_secrets=True).data, tmp_path / "send.py")
        head = server.requests[0].split(b"\r\n")[0]
        assert (head, compared(server.only().fields)) == (b"POST " + sent.target + b" HTTP/1.1", compared(sent.fields))


def test_python_sends_every_content(tmp_path: Path) -> None:
    """One program for many deliveries, each byte for byte; what comes back is printed."""
    with echo() as server:
        sent = [exchange(server.base, content=content, fields=()) for content in CONTENTS.values()]
        printed = run(export(sent, "python", with_secrets=True).data, tmp_path / "send.py")
        received = [request.partition(b"\r\n\r\n")[2] for request in server.requests]
        assert (received, printed) == (list(CONTENTS.values()), b"200 OK\nok\n" * len(sent))


def test_python_program_is_ascii() -> None:
    """Nothing in it steers a terminal."""
    assert export([exchange(content=one) for one in CONTENTS.values()], "python").data.isascii()


HOSTILE = """x\"\"\"\nimport os; os._exit(7)\n\"\"\"\\"""


@pytest.mark.parametrize("form", ["python", "pytest"])
@pytest.mark.parametrize("base", ["https://[", f"https://{HOSTILE}/t/demo", "https://h/\u2603\n", "", "https://h:x"])
def test_what_the_relay_says_is_no_code(form: Format, base: str) -> None:
    """A hostile id and address stay inside their quotes, and are no reason not to export."""
    hostile = exchange(base=base, delivery_id=HOSTILE, target=b'/"""\n\xff')
    trees = [ast.parse(export([one], form).data) for one in (exchange(), hostile)]
    shapes = [[type(statement) for statement in tree.body] for tree in trees]
    names = {node.attr for node in ast.walk(trees[1]) if isinstance(node, ast.Attribute)}
    assert (shapes[0], "_exit" in names) == (shapes[1], False)
