"""`hookline start`."""

from pathlib import Path

import pytest

from tests.client.cli.person import Person
from tests.doors import opened

TWO = "[tunnels.billing]\naddress = 3000\n[tunnels.voice]\naddress = 4000\nurl = 'speech'\n"


def write(person: Person, text: str) -> None:
    """Write the project's file."""
    (person.home / "hookline.toml").write_text(text)


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        ("", ["--all"], "write hookline.toml"),
        (TWO, [], "name a tunnel (billing, voice), or give --all"),
        (TWO, ["biling"], 'tunnels.biling: there is no such tunnel: did you mean "billing"?'),
        ("[tunnels.billing]\naddres = 1", ["--all"], 'did you mean "address"?'),
        (TWO + "verify = [{ scheme = 'stripe', secret = 'env:NOT_SET' }]", ["voice"], "NOT_SET"),
        (TWO + "verify = [{ scheme = 'stripe', secret = 'hunter2' }]", ["voice"], "env:NAME, file:PATH"),
    ],
)
async def test_what_does_not_fit_is_told(person: Person, text: str, words: list[str], said: str) -> None:
    """Usage or configuration: nothing is dialled."""
    write(person, text)
    done = await person.runs("start", *words, "--relay", "http://127.0.0.1:1", HOOKLINE_TOKEN="hkl_x")
    assert (done.code, said in done.err, "hunter2" in done.text) == (2, True, False), done.err


@pytest.mark.parametrize(("words", "opens"), [(["--all"], {"billing", "speech"}), (["voice"], {"speech"})])
async def test_tunnels_are_opened_over_one_link(
    person: Person, tmp_path: Path, words: list[str], opens: set[str]
) -> None:
    """Those that are named, under their names or the table's keys; Ctrl-C ends them."""
    async with opened(tmp_path) as door:
        write(person, f'relay = "http://127.0.0.1:{door.port}"\ninspect_addr = ":0"\n{TWO}')
        with person.running("start", *words, HOOKLINE_TOKEN=door.tokens.create("laptop")) as program:
            await program.says("local API")
            assert {name for name, endpoint in door.endpoints.items() if endpoint.links} == opens
            assert (await program.interrupt()).code == 0
            assert (program.family(), person.left()) == ([], [])
