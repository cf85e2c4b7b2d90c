"""`hookline-relay config`."""

from pathlib import Path

import pytest

from tests.authority import Authority
from tests.relay_server.cli.conftest import Run


def test_check_says_what_would_be_served(run: Run) -> None:
    """Settings that fit are summed up in a line."""
    done = run("config", "check", "--domain", "demo.localhost")
    assert done.returncode == 0
    assert done.stdout.startswith("ok: demo.localhost, TLS local-ca, listens on 127.0.0.1:8443")


def test_check_reads_the_certificate(run: Run, authority: Authority) -> None:
    """A certificate that could not be served is found before the relay is started."""
    good, other = authority.issue("r.test"), authority.issue("r.test")
    options = ("config", "check", "--domain", "r.test", "--cert", str(good.certificate), "--key")
    assert run(*options, str(good.key)).returncode == 0
    done = run(*options, str(other.key))
    assert done.returncode == 1
    assert "does not belong to the certificate" in done.stderr


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("domian = 1", 'relay.toml: domian: there is no such key: did you mean "domain"?'),
        ("tls = 'of'", "relay.toml: tls: 'of' does not fit: one of files, local-ca, off fits"),
        ("drain = '5x'", "relay.toml: drain: '5x' is no duration"),
        ("domain = ", "relay.toml: it is not TOML"),
    ],
)
def test_misfit_in_the_file(run: Run, tmp_path: Path, text: str, sentence: str) -> None:
    """A misfit ends with code 2, and names file, key and what would fit."""
    (tmp_path / "relay.toml").write_text(text)
    done = run("config", "check", "--config", "relay.toml")
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_shown_settings_are_a_file_again(run: Run, tmp_path: Path) -> None:
    """What is shown can be kept as a configuration file that says the same."""
    options = ("--domain", "r.test", "--tls", "off", "--listen", "[::1]:81", "--listen", "82", "--drain", "90s")
    shown = run("config", "show", *options, "--trusted-proxy", "10.0.0.0/8", "--admin", "off", "--data-dir", "d")
    assert "# command line" in shown.stdout
    (tmp_path / "relay.toml").write_text(shown.stdout.replace('"d"', f'"{tmp_path}/d"'))
    again = run("config", "show", "--config", "relay.toml")
    values = [[line.split("  # ")[0] for line in text.splitlines()] for text in (shown.stdout, again.stdout)]
    assert [line for line in values[0] if "data_dir" not in line] == [
        line for line in values[1] if "data_dir" not in line
    ]


def test_path_is_the_file_that_is_read(run: Run, tmp_path: Path) -> None:
    """The file that is read is printed; where there is none, where it was looked for."""
    none = run("config", "path")
    assert (none.returncode, none.stdout) == (0, "")
    assert str(tmp_path / "config" / "hookline" / "relay.toml") in none.stderr
    assert run("config", "path", HOOKLINE_RELAY_CONFIG="/x.toml").stdout == "/x.toml\n"
