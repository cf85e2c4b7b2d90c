"""The relay's settings."""

from pathlib import Path

import msgspec
import platformdirs
import pytest

from relay_server.addresses import ListenAddress
from relay_server.config import SYSTEM_FILE, Settings, config_file, load_settings, searched_files
from shared.config import ConfigError


def test_flags_before_environment_before_file(tmp_path: Path) -> None:
    """The command line decides, then the environment, then the file."""
    file = tmp_path / "relay.toml"
    file.write_text('domain = "file.test"\ntls = "off"\nlisten = "8080"\ncert = "c.pem"\ndrain = "1m"\n')
    environ = {"HOOKLINE_RELAY_DOMAIN": "environment.test", "HOOKLINE_RELAY_LISTEN": "81, 127.0.0.1:82"}
    settings = load_settings({"domain": "flag.test", "listen": ()}, environ, file).settings
    assert (settings.domain, settings.tls, settings.drain, settings.cert) == (
        "flag.test",
        "off",
        60.0,
        tmp_path / "c.pem",
    )
    assert settings.listen == (ListenAddress("", 81), ListenAddress("127.0.0.1", 82))


def test_unknown_key_gets_the_nearest(tmp_path: Path) -> None:
    """A key that does not exist is named with its file and the nearest that does."""
    file = tmp_path / "relay.toml"
    file.write_text('listen-http = "80"\n')
    with pytest.raises(ConfigError, match=r'relay\.toml: listen-http: .* did you mean "listen_http"\?'):
        load_settings({}, {}, file)


def test_every_setting_is_explained() -> None:
    """Each setting has the words that help shows, ending in a full stop, and a name for its value."""
    for field in msgspec.structs.fields(Settings):
        (meta,) = field.type.__metadata__
        assert meta.description.endswith(".")
        assert meta.extra["metavar"]


def test_default_places(tmp_path: Path) -> None:
    """Data are the user's unless said otherwise; the operator's socket is among them."""
    assert Settings().data_directory == platformdirs.user_data_path("hookline-relay", appauthor=False)
    assert Settings(data_dir=tmp_path).admin_address.path == tmp_path / "admin.sock"


def test_which_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file of the option comes first, then that of the environment, then the first that exists."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert searched_files() == (tmp_path / "hookline" / "relay.toml", SYSTEM_FILE)
    (tmp_path / "hookline").mkdir()
    (tmp_path / "hookline" / "relay.toml").write_text("")
    environ = {"HOOKLINE_RELAY_CONFIG": "/environment.toml"}
    found = [config_file(environ, Path("/flag.toml")), config_file(environ, None), config_file({}, None)]
    assert found == [Path("/flag.toml"), Path("/environment.toml"), tmp_path / "hookline" / "relay.toml"]
