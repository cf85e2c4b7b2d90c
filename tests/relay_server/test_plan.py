"""What is to be served, settled from the settings."""

from pathlib import Path
from typing import Any

import pytest

from relay_server.config import load_settings
from relay_server.plan import Plan, door_settings, make_plan
from shared.config import ConfigError


def plan(**flags: Any) -> Plan:
    """Plan with these flags."""
    return make_plan(load_settings(flags, {}, None).settings)


@pytest.mark.parametrize(
    ("flags", "tls", "listen", "public"),
    [
        ({"domain": "demo.localhost"}, "local-ca", "127.0.0.1:8443", None),
        ({"domain": "r.test", "cert": "/c", "key": "/k"}, "files", "443", None),
        ({"domain": "r.test", "tls": "local-ca"}, "local-ca", "443", None),
        ({"domain": "r.test", "tls": "off"}, "off", "127.0.0.1:8080", None),
        ({"domain": "r.test", "tls": "off", "trusted_proxy": ("::1",)}, "off", "127.0.0.1:8080", "https://r.test"),
        (
            {"domain": "r.test", "tls": "off", "public_url": "https://r.test:8443"},
            "off",
            "127.0.0.1:8080",
            "https://r.test:8443",
        ),
        ({"domain": "r.test", "tls": "off", "listen": ("81",)}, "off", "81", None),
    ],
)
def test_defaults_follow_from_what_is_given(flags: dict[str, Any], tls: str, listen: str, public: str | None) -> None:
    """The certificate, the address and the public URL follow from the domain and the options."""
    found = plan(**flags)
    shown = None if found.public_url is None else str(found.public_url)
    assert (found.tls, [str(one) for one in found.listen], shown) == (tls, [listen], public)


def test_certificate_files_are_a_pair() -> None:
    """With a certificate and its key both are planned."""
    assert plan(domain="r.test", cert="/c", key="/k").certificate == (Path("/c"), Path("/k"))


@pytest.mark.parametrize(
    ("flags", "key", "hint"),
    [
        ({}, "--domain", "--domain demo.localhost"),
        ({"domain": "r.test"}, "--tls", "--tls off behind a proxy"),
        ({"domain": "r.test", "cert": "/c"}, "--key", "add --key FILE"),
        ({"domain": "r.test", "tls": "files"}, "--cert", "add --cert FILE"),
        ({"domain": "r.test", "tls": "off", "cert": "/c"}, "--cert", "leave out --cert and --key"),
        ({"domain": "r.test", "tls": "off", "listen_http": "80"}, "--listen-http", "use --listen"),
        ({"domain": "r.test", "tls": "off", "public_url": "https://s.test"}, "--public-url", "make them the same"),
    ],
)
def test_what_is_missing_or_contradicts_itself(flags: dict[str, Any], key: str, hint: str) -> None:
    """What cannot be served is refused with the option and what to do."""
    with pytest.raises(ConfigError) as caught:
        plan(**flags)
    assert caught.value.key == key
    assert hint in caught.value.hint


def test_door_has_the_bounds_that_are_set() -> None:
    """Connections are bounded as the settings say, in all and for each address."""
    flags = {"connections": "100", "connections_per_address": "10", "trusted_proxy": ("10.0.0.0/8",)}
    found = door_settings(load_settings(flags, {}, None).settings)
    assert (found.connections, found.connections_per_address) == (100, 10)
    assert [str(network) for network in found.trusted_proxies] == ["10.0.0.0/8"]


@pytest.mark.parametrize("text", ["0", "-1", "many", "1.5"])
def test_bound_that_lets_nobody_in(text: str) -> None:
    """A bound is a whole number of at least 1; what would fit is said."""
    with pytest.raises(ConfigError, match=r"--connections-per-address: .* such as 1000"):
        load_settings({"connections_per_address": text}, {}, None)
