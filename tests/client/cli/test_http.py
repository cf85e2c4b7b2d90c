"""The signature options of `hookline http`."""

import pytest
from click.testing import CliRunner

from client.cli import opening
from client.cli.http import command
from client.config import TunnelConfig, VerifyConfig


@pytest.mark.parametrize(
    "option",
    [
        ("--secret-env", "S"),
        ("--secret-keyring", "s"),
        ("--require-signature",),
        ("--handshake",),
        ("--param", "webhook_id=1"),
        ("--verify", "paypal", "--param", "webhook_id"),
    ],
)
def test_option_without_its_scheme_or_value_is_a_usage_error(option: tuple[str, ...]) -> None:
    """What is about a check needs one, and a setting has a value."""
    assert CliRunner().invoke(command, ["3000", *option]).exit_code == 2


def test_options_become_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each scheme gets the secrets by reference, the demand, the settings and the handshakes."""
    opened: list[TunnelConfig] = []

    async def open_tunnels(tunnels: dict[str, TunnelConfig], **_: object) -> None:
        """Note what would be opened."""
        opened.extend(tunnels.values())

    monkeypatch.setattr(opening, "open_tunnels", open_tunnels)
    options = ["--verify", "meta", "--secret-env", "A", "--secret-file", "f", "--secret-keyring", "k"]
    options += ["--handshake", "--require-signature", "--param", "verify_token=t"]
    result = CliRunner().invoke(command, ["3000", *options])
    assert result.exit_code == 0, result.output
    assert opened[0].verify == (
        VerifyConfig(
            scheme="meta",
            secret=("env:A", "file:f", "keyring:k"),
            require=True,
            handshake=True,
            params={"verify_token": "t"},
        ),
    )
