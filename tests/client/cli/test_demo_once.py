"""`hookline demo --once`."""

import re

import pytest

from tests.client.cli.person import Person

pytestmark = pytest.mark.xdist_group("demo")


async def test_series_is_told_line_by_line(person: Person) -> None:
    """A line a delivery on standard output, a summary, and 0 when all was as it should be."""
    with person.running("demo", "--once") as program:
        done = await program.ended(seconds=30)
        assert (program.family(), person.left()) == ([], [])
    *lines, summary = done.out.splitlines()
    assert (done.code, [line for line in lines if not line.startswith("ok ")]) == (0, [])
    found = re.fullmatch(r"(\d+) deliveries in (\d+) attempts: (\d+) validly signed, 1 forged .*as expected", summary)
    assert found is not None, summary
    assert (int(found[1]) == len(lines), int(found[2]) > int(found[1])) == (True, True)


async def test_series_that_is_interrupted_is_no_success(person: Person) -> None:
    """A script does not take half a series for a whole one."""
    with person.running("demo", "--once") as program:
        await program.says(r"ok  call\.started", seconds=30)
        done = await program.interrupt()
        assert (done.code, program.family(), person.left()) == (130, [], [])
