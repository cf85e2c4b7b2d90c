"""By which CA `hookline send` trusts a relay, against relays on this machine."""

from pathlib import Path

import pytest

from client.local_relay import LocalRelay
from tests.client.cli.person import Person

pytestmark = pytest.mark.xdist_group("demo")

SEND = ("send", "discord", "PING")


async def test_ca_of_the_running_client_is_used(person: Person, free_port: int) -> None:
    """Beside `hookline http --local` a test event arrives without a further word, also at a URL that is given."""
    with person.running("http", free_port, "--local", "--url", "demo", "--inspect-addr", ":0") as program:
        await program.says("online")
        url = (await program.says(r"https://demo\.localhost:\d+"))[0]
        sent = [await person.runs(*SEND), await person.runs(*SEND, "--to", f"{url}/hooks")]
        await program.interrupt()
    assert [(done.code, done.out.startswith("PING 502 ")) for done in sent] == [(1, True)] * 2, sent


async def test_ca_of_the_login_is_used(person: Person, tmp_path: Path) -> None:
    """The relay answers whether or not a client runs; without the CA it is told how to give it."""
    async with LocalRelay.started(tmp_path / "relay", domain="localhost") as relay:
        url, token = f"https://localhost:{relay.port}", f"{relay.token}\n".encode()
        to = ("--to", f"https://demo.localhost:{relay.port}/")
        strange = await person.runs(*SEND, *to)
        assert (await person.runs("login", url, "--relay-ca", relay.ca_file, stdin=token)).code == 0
        known = await person.runs(*SEND, *to)
    assert "is not trusted" in strange.out
    assert "give its file with --relay-ca" in strange.out
    assert "_ssl.c" not in strange.text
    assert (known.code, known.out.startswith("PING 404 ")) == (1, True), known
