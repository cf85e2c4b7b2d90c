"""Pytest plugin: a `hookline` fixture that sends webhooks through a real tunnel to the app under test.

    pytest --hookline-app 3000

Override the fixture `hookline_app` to give the address of an app that the tests start themselves. Pytest loads this in
every suite beside which Hookline is installed: nothing of the product is imported before a test asks for the fixture.
"""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from client.pytest_tunnel import Hookline
    from client.trial import Trial


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the tunnel."""
    group = parser.getgroup("hookline", "a tunnel to the app under test")
    group.addoption("--hookline-app", metavar="ADDR", help="The app: 3000, host:3000, https://… (ini: hookline_app)")
    group.addoption("--hookline-relay", metavar="URL", help="The relay; else one on this machine (ini: hookline_relay)")
    parser.addini("hookline_app", "the address of the app under test", default="")
    parser.addini("hookline_relay", "the relay's URL; the token is in HOOKLINE_TOKEN", default="")
    parser.addini("hookline_verify", "lines of: SCHEME SECRET-REFERENCE [PATH]", type="linelist", default=[])


def _setting(config: pytest.Config, name: str) -> str:
    given: str | None = config.getoption(f"--{name.replace('_', '-')}")
    return given or str(config.getini(name))


@pytest.fixture(scope="session")
def hookline_app(pytestconfig: pytest.Config) -> str:
    """Give the address of the app under test. Override it to start the app in a fixture."""
    address = _setting(pytestconfig, "hookline_app")
    if not address:
        raise pytest.UsageError(
            "which app do the webhooks go to? Give --hookline-app ADDR or hookline_app in the ini file, "
            "or write a fixture `hookline_app` that starts it and gives its address"
        )
    return address


@pytest.fixture(scope="session")
def hookline_verify(pytestconfig: pytest.Config) -> list[str]:
    """Give what is verified, as lines of `SCHEME SECRET-REFERENCE [PATH]`."""
    lines: list[str] = pytestconfig.getini("hookline_verify")
    return lines


@pytest.fixture(scope="session")
def hookline_trial(
    pytestconfig: pytest.Config,
    tmp_path_factory: pytest.TempPathFactory,
    hookline_app: str,
    hookline_verify: list[str],
) -> "Iterator[Trial]":
    """Give the client that runs for the whole session."""
    from client.trial import Trial, TrialPlan, rules  # noqa: PLC0415 - loading the plugin must not load the product

    plan = TrialPlan(
        app=hookline_app,
        directory=tmp_path_factory.mktemp("hookline"),
        rules=rules(hookline_verify),
        relay=_setting(pytestconfig, "hookline_relay"),
        token=os.environ.get("HOOKLINE_TOKEN", ""),
    )
    trial = Trial(plan)
    trial.open()
    yield trial
    trial.close()


@pytest.fixture
def hookline(hookline_trial: "Trial") -> "Hookline":
    """Give the tunnel to the app under test; deliveries of earlier tests are not seen."""
    from client.arrivals import newest_seq  # noqa: PLC0415 - loading the plugin must not load the product
    from client.pytest_tunnel import Hookline  # noqa: PLC0415

    return Hookline(hookline_trial, hookline_trial.ask(newest_seq))
