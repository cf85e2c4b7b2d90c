"""What every test may ask for, and what holds for all of them."""

import os
import shutil
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from blockbuster import BlockBuster
from hypothesis import HealthCheck, settings

from tests.authority import Authority

ROOT = Path(__file__).resolve().parent.parent

ON_THE_LOOP = (
    "shared/protocol",
    "shared/link",
    "client/relay",
    "client/origin",
    "client/deliveries",
    "client/signatures",
    "relay_server/gateway",
    "relay_server/tunnels",
)
"""The data path: nothing in here may block the event loop, not even for a look at a file."""

NEEDED = (
    *("caddy", "chromium", "curl", "h2load", "haproxy", "hey", "ip", "nft", "nginx", "nsenter", "openssl"),
    *("slowhttptest", "ssh", "sshd", "systemd-analyze", "systemd-socket-activate", "wrk", "root"),
)
"""What some tests drive: programs, and the rights of root for network namespaces."""

settings.register_profile(
    "suite", derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("long", settings.get_profile("suite"), derandomize=False, max_examples=5000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers of this directory."""
    config.addinivalue_line(
        "markers", "needs(program, …): programs of the operating system that the test drives; root: its rights"
    )
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # so a shell starts what it puts into the background
        signal.signal(signal.SIGINT, signal.default_int_handler)  # else no program that a test starts would hear it


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a longer run repeat the fault cases."""
    parser.addoption("--repetitions", type=int, default=1, help="how often each fault case runs (tests/system)")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out tests whose programs are not installed; in CI they stay in and fail, so that none is forgotten."""
    if os.environ.get("CI"):
        return
    absent = [item for item in items if _missing(item)]
    if absent:
        config.hook.pytest_deselected(items=absent)
        items[:] = [item for item in items if item not in absent]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail a test whose programs are missing with a sentence, not with what it runs into."""
    if missing := _missing(item):
        pytest.fail(f"this test needs {', '.join(missing)}: docs/testing.md has the packages to install", pytrace=False)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which programs were missing, so that a green line is not read as more than it is."""
    missing = [program for program in NEEDED if not _has(program)]
    if missing:
        terminalreporter.write_line(f"left out: the tests that need {', '.join(missing)} (not installed here)")


def find(program: str) -> str | None:
    """Give the path of a program, also of those that only root has on PATH, or None."""
    return shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


def _missing(item: pytest.Item) -> list[str]:
    return [str(name) for marker in item.iter_markers("needs") for name in marker.args if not _has(str(name))]


def _has(needed: str) -> bool:
    return os.geteuid() == 0 if needed == "root" else find(needed) is not None


@pytest.fixture(autouse=True, scope="session")
def _unblocked_loop() -> Iterator[None]:
    """Fail what blocks the event loop on the data path.

    SQLite is let through: a grouped commit in the loop was measured cheaper than handing rows to a thread. So is the
    landing file, whose one short write is what an answer waits for.
    """
    guard = BlockBuster(scanned_modules=[_directory(name) for name in ON_THE_LOOP])
    for name, function in guard.functions.items():
        if not name.startswith("sqlite3."):
            function.can_block_in("client/deliveries/landing.py", {"_write", "_open", "close", "records"})
            function.activate()
    yield
    guard.deactivate()


def _directory(name: str) -> ModuleType:
    """Give the guard a directory to watch: it takes modules, and looks at nothing but their path."""
    module = ModuleType(name.replace("/", "."))
    module.__path__ = [f"{ROOT / name}{os.sep}"]
    return module


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Give a certificate authority that nobody trusts but this run."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def free_port() -> int:
    """Give a port of 127.0.0.1 that nothing listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
