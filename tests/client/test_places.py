"""Where files are kept."""

from pathlib import Path

import pytest

from client import places

KINDS = ("CONFIG", "DATA", "STATE", "CACHE")


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (places.user_config_file, "config/hookline/config.toml"),
        (places.credentials_file, "config/hookline/credentials.json"),
        (places.own_schemes_file, "config/hookline/schemes.toml"),
        (places.history_file, "data/hookline/history.db"),
        (places.secrets_directory, "data/hookline/secrets"),
        (places.local_relay_directory, "data/hookline/local-relay"),
        (places.agents_directory, "state/hookline/agents"),
        (places.log_file, "state/hookline/log/hookline.log"),
        (places.keys_directory, "cache/hookline/keys"),
    ],
)
def test_place_follows_the_user_s_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: object, expected: str
) -> None:
    """Each file is below the directory of its kind, and asking for it makes nothing."""
    for kind in KINDS:
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / kind.lower()))
    assert callable(place)
    assert place() == tmp_path / expected
    assert list(tmp_path.iterdir()) == []


def test_project_s_file_is_in_the_working_directory() -> None:
    """Wherever the command runs."""
    assert places.project_config_file() == Path("hookline.toml")
