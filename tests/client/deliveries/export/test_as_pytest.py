"""The exported pytest file is green on its own, and tests the app when told where it is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from client.deliveries.export import CapturedExchange, CapturedResponse, export
from tests.client.deliveries.export.echo import compared, echo
from tests.client.deliveries.export.samples import CONTENTS, TARGETS, exchange


def run(
    exchanges: list[CapturedExchange], directory: Path, app: str = "", *, with_secrets: bool = True
) -> tuple[int, str]:
    """Run pytest on the exported file, warnings being errors; give exit code and output."""
    (directory / "test_exported.py").write_bytes(export(exchanges, "pytest", with_secrets=with_secrets).data)
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-W",
        "error",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        directory,
        directory,
    ]
    environment = {**os.environ, "HOOKLINE_APP": app, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, capture_output=True, timeout=60, check=False, cwd=directory, env=environment)
    return done.returncode, done.stdout.decode()


def test_pytest_file_is_green_on_its_own(tmp_path: Path) -> None:
    """Hostile contents and targets, every status, and no answer at all."""
    exchanges = [exchange(content=content) for content in CONTENTS.values()]
    exchanges += [exchange(target=target) for target in TARGETS.values()]
    exchanges += [exchange(response=CapturedResponse(status=status)) for status in (101, 204, 304, 404, 500)]
    exchanges += [
        exchange(response=None),
        exchange(method=b"HEAD", content=b"", fields=()),
        exchange(base="https://x/t/demo"),
    ]
    code, output = run(exchanges, tmp_path, with_secrets=False)
    assert (code, f"{len(exchanges)} passed" in output) == (0, True), output


@pytest.mark.parametrize("name", ["every byte", "line ends"])
def test_pytest_file_sends_the_bytes_to_the_app(name: str, tmp_path: Path) -> None:
    """With an address it is the app that is tested: here one that answers 200 where 201 was captured."""
    with echo() as server:
        sent = exchange(content=CONTENTS[name])
        code, output = run([sent], tmp_path, server.base)
        received = server.only()
    assert (code, "assert 200 == 201" in output) == (1, True)
    assert (received.target, received.content, compared(received.fields)[:-1]) == (
        sent.target,
        sent.content,
        compared(sent.fields)[:-1],
    )


def test_pytest_file_says_what_is_not_in_it() -> None:
    """A redacted signature is named where it will be missed."""
    fields = ((b"X-TalkifAI-Signature", b"sha256=00"),)
    text = export([exchange(fields=fields, response=None)], "pytest").data.decode()
    assert "Not in this file: 'field x-talkifai-signature'" in text
