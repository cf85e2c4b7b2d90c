"""Which version runs."""

from importlib import metadata

import pytest

from relay_server.version import version


def test_version_is_the_installed_one() -> None:
    """The version is that of the installed distribution."""
    assert version() == metadata.version("hookline")


def test_bare_checkout_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not installed runs all the same."""

    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    assert version() == "unknown"
