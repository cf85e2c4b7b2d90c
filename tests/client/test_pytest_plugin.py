"""The plugin, in test suites of its own that are run for real."""

import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[2]

CONFTEST = """
import hashlib, hmac, http.server, threading
import pytest


class App(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        content = self.rfile.read(int(self.headers["Content-Length"]))
        status = 500 if b"fail" in content else 200
        self.send_response(status)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def hookline_app():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), App) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def signed():
    def sign(content):
        return {"X-TalkifAI-Signature": "sha256=" + hmac.new(b"whsec", content, hashlib.sha256).hexdigest()}
    return sign
"""

TESTS = """
import pytest
from client.views import Edits

EVENT = b'{"id":"evt_%d","type":"call.ended","created":"2024-01-15T10:34:05Z","data":{}}'


def test_delivery(hookline, signed):
    content = EVENT % 1
    assert hookline.send(content, path="/hooks?x=1", headers=signed(content)) == (200, b"ok")
    arrival = hookline.wait_for("type:call.ended status:2xx")
    arrival.assert_signature("valid")
    assert (arrival.summary.target, arrival.content, arrival.json()["id"]) == ("/hooks?x=1", content, "evt_1")


def test_earlier_tests_are_not_seen(hookline):
    assert hookline.deliveries() == []


def test_replay(hookline):
    hookline.send(b"fail")
    arrival = hookline.wait_for("status:5xx")
    assert arrival.verdict.reason == "missing_signature" or arrival.verdict.state == "invalid"
    assert arrival.replay().status == 500
    assert arrival.replay(Edits(content=b"fine")).status == 200


def test_several(hookline):
    for number in range(3):
        hookline.send(b"%d" % number)
    assert [one.content for one in hookline.wait_for_all(count=3)] == [b"0", b"1", b"2"]


def test_wait_that_fails(hookline):
    hookline.send(b"x", path="/other")
    hookline.wait_for("type:call.started", timeout=0.2)


def test_signature_that_fails(hookline):
    hookline.send(b"x", headers={"X-TalkifAI-Signature": "sha256=" + "0" * 64})
    hookline.wait_for().assert_signature()
"""

INI = "[pytest]\nfilterwarnings = error\nhookline_verify = talkifai env:TRIAL_SECRET\n"


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the inner suites load no plugin but this one."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("TRIAL_SECRET", "whsec")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[2]))


def test_plugin_runs_tests_through_a_tunnel(pytester: pytest.Pytester) -> None:
    """A suite with its own app: deliveries, verdicts, replays; what fails says why."""
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(TESTS)
    pytester.makefile(".ini", pytest=INI)
    result = pytester.runpytest_subprocess("-p", "client.pytest_plugin", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=4, failed=2)
    result.stdout.fnmatch_lines(
        [
            "*0 of 1 arrived in 0.2 s that match 'type:call.started'; there are: *POST /other*",
            "*AssertionError: signature invalid, not valid: *",
        ]
    )


def test_plugin_asks_for_the_app(pytester: pytest.Pytester) -> None:
    """Without an address it says how to give one."""
    pytester.makepyfile("def test_it(hookline): pass")
    result = pytester.runpytest_subprocess("-p", "client.pytest_plugin", "-p", "no:cacheprovider")
    result.stdout.fnmatch_lines(["*which app do the webhooks go to? Give --hookline-app ADDR*"])


def test_plugin_says_why_the_client_did_not_start(pytester: pytest.Pytester) -> None:
    """An address that is no relay's is named."""
    pytester.makepyfile("def test_it(hookline): pass")
    result = pytester.runpytest_subprocess(
        *("-p", "client.pytest_plugin", "-p", "no:cacheprovider"),
        *("--hookline-app", "1", "--hookline-relay", "ftp://127.0.0.1"),
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*TrialFailed: hookline did not start: *ftp*"])


@pytest.mark.parametrize(
    ("line", "words"), [("stripe", "write SCHEME REFERENCE"), ("stripe env:NOT_THERE", "NOT_THERE")]
)
def test_plugin_refuses_what_it_cannot_verify(pytester: pytest.Pytester, line: str, words: str) -> None:
    """A mistake in the ini file is said."""
    pytester.makepyfile("def test_it(hookline): pass")
    pytester.makefile(".ini", pytest=f"[pytest]\nhookline_app = 1\nhookline_verify = {line}\n")
    result = pytester.runpytest_subprocess("-p", "client.pytest_plugin", "-p", "no:cacheprovider")
    result.stdout.fnmatch_lines([f"*{words}*"])


def test_loading_it_loads_nothing_of_the_product() -> None:
    """Who has Hookline installed beside their tests and does not use it does not wait for it."""
    loaded = "[name for name in sys.modules if name.partition('.')[0] in ('shared', 'client', 'aiohttp', 'msgspec')]"
    script = f"import sys, client.pytest_plugin; print({loaded})"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "['client', 'client.pytest_plugin']"


def test_pytest_finds_it_by_itself() -> None:
    """Installing Hookline beside the tests is enough."""
    (found,) = entry_points(group="pytest11", name="hookline")
    assert found.value == "client.pytest_plugin"
