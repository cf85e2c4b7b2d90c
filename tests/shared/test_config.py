"""Settings from flags, environment and files."""

from pathlib import Path

import msgspec
import pytest

from shared.config import ConfigError, Layer, environment_layer, file_layer, flags_layer, read, settle
from shared.units import Duration


class Tunnel(msgspec.Struct, frozen=True):
    """A table."""

    address: int | str


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """Settings as a program has them."""

    relay: str = "none"
    wait_for: Duration = Duration(1)
    names: tuple[str, ...] = ()
    tunnels: dict[str, Tunnel] = {}
    certificate: Path | None = None


class Needed(msgspec.Struct, frozen=True):
    """Settings without which there is nothing to do."""

    relay: str


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give the path of a configuration file with one setting."""
    path = tmp_path / "hookline.toml"
    path.write_text(
        'relay = "of the file"\nwait_for = "5s"\ncertificate = "c.pem"\n[tunnels.billing]\naddress = 3000\n'
    )
    return path


def test_file_is_read(file: Path) -> None:
    """A file's values come typed, its paths relative to it."""
    expected = Example(
        relay="of the file",
        wait_for=Duration(5),
        certificate=file.parent / "c.pem",
        tunnels={"billing": Tunnel(3000)},
    )
    assert read(file, Example) == expected


def test_first_layer_that_has_a_value_decides(file: Path) -> None:
    """Flags come before the environment, that before the file, that before the default; each value knows its origin."""
    environ = {"HOOKLINE_RELAY": "of the environment", "HOOKLINE_NAMES": "a, b", "HOOKLINE_WAIT_FOR": "7s"}
    settled = settle(
        Example,
        [
            flags_layer({"wait_for": "9s", "names": (), "relay": None}),
            environment_layer(environ, "HOOKLINE", Example),
            file_layer(file),
        ],
    )
    assert (settled.settings.wait_for, settled.settings.relay, settled.settings.names) == (
        9.0,
        "of the environment",
        ("a", "b"),
    )
    assert settled.origins == {
        "wait_for": "command line",
        "relay": "environment",
        "names": "environment",
        "tunnels": str(file),
        "certificate": str(file),
    }


def test_nothing_given_is_the_default() -> None:
    """Without any layer the defaults hold; empty variables and those of other programs count as not given."""
    environ = {"HOOKLINE_RELAY": "", "HOOKLINE_PORT": "tcp://10.0.0.1:80"}
    assert settle(Example, [environment_layer(environ, "HOOKLINE", Example)]) == (Example(), {})


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("relais = 3", '{file}: relais: there is no such key: did you mean "relay"?'),
        ("relay = 3", "{file}: relay: 3 does not fit: expected text, got a whole number"),
        ("[tunnels.billing]", "{file}: tunnels.billing.address: this is needed: add it"),
        (
            "tunnels = [",
            '{file}: it is not TOML: Invalid value (at end of document): a line is key = "text" or key = 1',
        ),
    ],
)
def test_misfit_in_a_file_names_file_and_key(file: Path, text: str, sentence: str) -> None:
    """A misfit is told with the file, the key, and what would fit."""
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        read(file, Example)
    assert str(caught.value) == sentence.format(file=file)


def test_misfit_in_the_environment_names_the_variable() -> None:
    """A misfit in the environment is told by the variable's name."""
    with pytest.raises(ConfigError) as caught:
        settle(Example, [environment_layer({"HOOKLINE_WAIT_FOR": "soon"}, "HOOKLINE", Example)])
    assert (caught.value.file, caught.value.key) == ("environment", "HOOKLINE_WAIT_FOR")


def test_misfit_on_the_command_line_names_the_option() -> None:
    """A misfit in a flag is told by the option's name."""
    with pytest.raises(ConfigError) as caught:
        settle(Example, [flags_layer({"wait_for": "soon"})])
    assert (caught.value.file, caught.value.key) == ("command line", "--wait-for")


def test_missing_setting_is_named(tmp_path: Path) -> None:
    """A setting that has no default is asked for."""
    with pytest.raises(ConfigError, match=r"hookline\.toml: relay: this is needed: add it"):
        settle(Needed, [Layer("hookline.toml", {})])
    with pytest.raises(ConfigError, match="relay: this is needed"):
        settle(Needed, [])


def test_file_that_is_not_there(tmp_path: Path) -> None:
    """A missing file is named."""
    with pytest.raises(ConfigError, match=r"nowhere\.toml: there is no such file"):
        file_layer(tmp_path / "nowhere.toml")


def test_file_that_cannot_be_read(tmp_path: Path) -> None:
    """What is no file is named with the reason."""
    with pytest.raises(ConfigError, match="it cannot be read"):
        file_layer(tmp_path)


def test_file_that_is_no_text(file: Path) -> None:
    """The byte that is no UTF-8 is named."""
    file.write_bytes(b'relay = "\xff"')
    with pytest.raises(ConfigError, match="byte 9 is not UTF-8"):
        file_layer(file)
