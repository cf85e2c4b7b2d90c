"""The systemd units of deploy/, as systemd itself reads them."""

from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.system.supervisor import PROGRAMS
from tests.system.tools import run

pytestmark = [pytest.mark.system, pytest.mark.needs("systemd-analyze")]

SERVICE, SOCKET = "hookline-relay.service", "hookline-relay.socket"
INSTALLED = "/opt/hookline/bin/hookline-relay"
MOST_EXPOSED = 30
"""Tenths of systemd's figure for what a service could do to its machine: below 3 is what it calls OK."""


@pytest.fixture
def units(tmp_path: Path) -> list[Path]:
    """Give the units as they are installed, with the program where it is here."""
    program = str(PROGRAMS / "hookline-relay")
    for name in (SERVICE, SOCKET):
        text = (ROOT / "deploy" / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace(INSTALLED, program), encoding="utf-8")
    assert program in (tmp_path / SERVICE).read_text(encoding="utf-8")
    return [tmp_path / SERVICE, tmp_path / SOCKET]


async def test_units_are_taken_without_a_word(units: list[Path]) -> None:
    """No key is unknown, no value is wrong, nothing is missing."""
    done = await run("systemd-analyze", "verify", "--man=no", *units)
    assert (done.code, done.text) == (0, "")


async def test_service_is_confined(units: list[Path]) -> None:
    """What the relay could do to its machine if it were taken over is little."""
    words = ("security", "--offline=yes", f"--threshold={MOST_EXPOSED}", "--no-pager")
    done = await run("systemd-analyze", *words, units[0])
    assert done.code == 0, done.text
