"""Programs that were started without standard streams."""

import subprocess
import sys

import pytest

CODE = """
import os, sys
from shared.streams import open_missing
open_missing()
told = [stream.fileno() for stream in (sys.stdin, sys.stdout, sys.stderr)]
os.write(int(sys.argv[1]), repr((told, sys.stdin.isatty(), os.open(os.devnull, os.O_RDONLY) > 2)).encode())
"""


@pytest.mark.parametrize(("missing", "seen"), [((0,), 1), ((1,), 2), ((0, 1), 2), ((0, 2), 1)])
def test_missing_streams_are_the_null_device(missing: tuple[int, ...], seen: int) -> None:
    """What is opened later does not get the number of a standard stream."""
    closing = " ".join(f"{number}>&-" for number in missing)
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" "$@" {closing}', sys.executable, "-c", CODE, str(seen)],
        capture_output=True,
        check=True,
    )
    assert b"([0, 1, 2], False, True)" in done.stdout + done.stderr
