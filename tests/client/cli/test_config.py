"""`hookline config`."""

import pytest

from client.credentials import Credentials
from tests.client.cli.person import Person


def write(person: Person, text: str) -> None:
    """Write the project's file."""
    (person.home / "hookline.toml").write_text(text)


async def test_check_says_what_was_read(person: Person) -> None:
    """A file that fits is named, and its tunnels; a secret need not be on this machine."""
    write(person, '[tunnels.billing]\naddress = 3000\nverify = [{ scheme = "stripe", secret = "env:ELSEWHERE" }]\n')
    done = await person.runs("config", "check")
    assert (done.code, done.out) == (0, "fine: hookline.toml; tunnels: billing\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('relai = "https://a"', 'hookline.toml: relai: there is no such key: did you mean "relay"?'),
        ('[tunnels.a]\naddress = "app"', "hookline.toml: tunnels.a: the address 'app' has no port"),
        ('[tunnels.a]\naddress = 1\nhost_header = "a b"', "hookline.toml: tunnels.a.host_header: "),
        ('[tunnels.a]\naddress = 1\nverify = { scheme = "s" }', "hookline.toml: tunnels.a.verify"),
        ('[tunnels.a]\naddress = 1\nverify = [{ scheme = "strpe" }]', "tunnels.a.verify[0].scheme: there is no"),
        ('[tunnels.a]\naddress = 1\nverify = [{ scheme = "stripe" }]', "tunnels.a.verify[0].secret: Stripe signs with"),
        ("relay = [", "hookline.toml: it is not TOML"),
    ],
)
async def test_check_names_what_does_not_fit(person: Person, text: str, said: str) -> None:
    """File, key and what would fit, in one line."""
    write(person, text)
    done = await person.runs("config", "check")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1), done.err
    assert said in done.err


async def test_check_lets_a_greeting_alone_pass(person: Person) -> None:
    """A provider that only asks needs no scheme."""
    write(person, '[tunnels.a]\naddress = 1\nverify = [{ scheme = "auto" }, { scheme = "websub", handshake = true }]')
    assert (await person.runs("config", "check")).code == 0


async def test_path_gives_the_places_strongest_first(person: Person) -> None:
    """Those that are not there are marked."""
    write(person, "")
    done = await person.runs("config", "path")
    user = person.home / "config" / "hookline" / "config.toml"
    assert done.out.splitlines() == [str(person.home / "hookline.toml"), f"{user}  (not there)"]


async def test_show_says_that_the_relay_is_the_login_s(person: Person) -> None:
    """With its CA; a relay that the settings name comes before it."""
    ca = person.home / "ca.pem"
    ca.touch()
    Credentials(person.home / "config" / "hookline" / "credentials.json").store("https://relay.test", "hkl_x", ca)
    shown = (await person.runs("config", "show")).out.splitlines()
    assert shown[:2] == ['relay = "https://relay.test"  # login', f'relay_ca = "{ca}"  # login']
    other = (await person.runs("config", "show", HOOKLINE_RELAY="https://b")).out.splitlines()
    assert other[:2] == ['relay = "https://b"  # environment', "relay_ca = null  # default"]


async def test_show_gives_values_and_origins(person: Person) -> None:
    """What is in force, and why."""
    write(person, 'relay = "https://a"\n[tunnels.billing]\naddress = 3000\n')
    done = await person.runs("config", "show", HOOKLINE_UI="json", HOOKLINE_TOKEN="hkl_secret")
    lines = done.out.splitlines()
    assert 'relay = "https://a"  # hookline.toml' in lines
    assert 'ui = "json"  # environment' in lines
    assert "record = true  # default" in lines
    assert "hkl_secret" not in done.text
