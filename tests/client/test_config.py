"""The client's settings, from real files."""

import os
from pathlib import Path

import pytest

from client.config import TunnelConfig, VerifyConfig, files, load
from client.origin.address import BadAddress
from shared.config import ConfigError


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a directory of its own, as a user of its own."""
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "user"))


def write_user(text: str, tmp_path: Path) -> Path:
    """Write the user's file."""
    path = tmp_path / "user" / "hookline" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return path


def refusal(text: str, environ: dict[str, str] | None = None, **flags: object) -> ConfigError:
    """Give what is said of a project's file, and of the rest."""
    Path("hookline.toml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        load(flags, environ or {})
    return caught.value


def test_nothing_is_needed() -> None:
    """Without files there are defaults, and no origin."""
    settled = load({}, {})
    assert (settled.settings.inspect_addr, settled.settings.relay, dict(settled.origins)) == ("127.0.0.1:4040", "", {})


def test_flags_beat_environment_beats_project_beats_user(tmp_path: Path) -> None:
    """The strongest origin decides, key by key."""
    user = write_user('relay = "https://user.test"\nui = "quiet"\nrecord = false\ninspect_addr = ":1"\n', tmp_path)
    Path("hookline.toml").write_text('relay = "https://project.test"\nui = "json"\nrecord = true\n')
    settled = load({"relay": "https://flag.test", "ui": None}, {"HOOKLINE_UI": "lines"})
    settings = settled.settings
    assert (settings.relay, settings.ui, settings.record) == ("https://flag.test", "lines", True)
    assert settled.origins == {
        "relay": "command line",
        "ui": "environment",
        "record": "hookline.toml",
        "inspect_addr": str(user),
    }


def test_given_file_replaces_the_projects(tmp_path: Path) -> None:
    """`--config FILE` is read instead of hookline.toml; the user's stays."""
    Path("hookline.toml").write_text("broken = [")
    other = tmp_path / "other.toml"
    other.write_text('ui = "json"\n')
    user = write_user("record = false\n", tmp_path)
    assert load({}, {}, other).settings.ui == "json"
    assert files(other) == [other, user]


def test_tunnels_are_read_whole() -> None:
    """A tunnel's checks, with one reference or several."""
    Path("hookline.toml").write_text(
        """
        [tunnels.billing]
        address = 3000
        timeout = "5s"
        verify = [{ path = "/stripe", scheme = "stripe", secret = "env:A", require = true },
                  { scheme = "talkifai", secret = ["env:B", "file:c"] }]
        """
    )
    stripe = VerifyConfig(scheme="stripe", secret=("env:A",), path="/stripe", require=True)
    talkifai = VerifyConfig(scheme="talkifai", secret=("env:B", "file:c"))
    (tunnel,) = load({}, {}).settings.tunnels.values()
    assert (tunnel.address, tunnel.timeout, tunnel.verify) == (3000, 5.0, (stripe, talkifai))


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        ('relai = "https://a"', "relai", 'did you mean "relay"?'),
        ("[tunnels.a]\naddres = 1", "tunnels.a.addres", 'did you mean "address"?'),
        ("[tunnels.a]\naddress = 1\nverify = [{ scheme = 's', pth = '/' }]", "tunnels.a.verify[0].pth", '"path"'),
        ("[tunnels.a]\nurl = 'a'", "tunnels.a.address", "this is needed"),
        ("[tunnels.a]\naddress = 'app'", "tunnels.a", "'app' has no port; write 3000"),
        ("[tunnels.a]\naddress = 1\ntimeout = 'soon'", "tunnels.a.timeout", "30s"),
        ('ui = "tux"', "ui", 'did you mean "tui"?'),
        ('inspect_addr = "0.0.0.0:4040"', "inspect_addr", "127.0.0.1:4040"),
        ('relay = "ftp://a"', "relay", "https://relay.example.com"),
        ("record = 'maybe'", "record", "true or false"),
        ("a = [", "", "it is not TOML"),
    ],
)
def test_misfit_names_file_key_and_what_would_fit(text: str, key: str, said: str) -> None:
    """One sentence is enough to find the place and to correct it."""
    error = refusal(text)
    assert (error.file, error.key) == ("hookline.toml", key)
    assert said in str(error)
    assert "\n" not in str(error)


def test_misfit_of_a_flag_or_variable_is_spelled_as_it_was_given() -> None:
    """The user looks for what was typed."""
    assert str(refusal("", inspect_addr="here")).startswith("command line: --inspect-addr: ")
    assert str(refusal("", {"HOOKLINE_RELAY": "ftp://a"})).startswith("environment: HOOKLINE_RELAY: ")


def test_unreadable_file_is_named() -> None:
    """A directory in the file's place, or bytes that are no text."""
    Path("hookline.toml").mkdir()
    with pytest.raises(ConfigError, match="cannot be read"):
        load({}, {})
    Path("hookline.toml").rmdir()
    Path("hookline.toml").write_bytes(b'relay = "\xff"')
    with pytest.raises(ConfigError, match="byte 9 is not UTF-8"):
        load({}, {})


def test_missing_given_file_is_named() -> None:
    """A file that was asked for must be there."""
    with pytest.raises(ConfigError, match=r"nope\.toml: there is no such file"):
        load({}, dict(os.environ), Path("nope.toml"))


def test_empty_relay_means_the_last_login() -> None:
    """As the field says."""
    Path("hookline.toml").write_text('relay = ""')
    assert load({}, {}).settings.relay == ""


def test_tunnel_of_the_command_line_has_an_address() -> None:
    """An address that is none is refused where the tunnel is described."""
    with pytest.raises(BadAddress, match="has no port"):
        TunnelConfig(address="app")
