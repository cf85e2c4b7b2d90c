"""What a relay tells whoever started it on a terminal."""

from pathlib import Path

from relay_server.app import Ready
from relay_server.cli.serve import _hints

CA = Path("/home/somebody/.local/share/hookline-relay/local-ca/localhost/ca.pem")


def test_hints_fit_a_terminal() -> None:
    """At most 100 columns, with the CA where there is one of the relay's own; a token comes before the login."""
    said = _hints(Ready("https://localhost:8443", 8443, None, "localhost", CA))
    assert max(map(len, said.splitlines())) <= 100
    assert f"hookline login https://localhost:8443 \\\n    --relay-ca {CA}\n" in said
    assert said.index("token create") < said.index("hookline login")


def test_hints_name_no_ca_where_none_is_needed() -> None:
    """The system's are enough."""
    said = _hints(Ready("https://relay.example.com", 443, None, "relay.example.com", None))
    assert ("hookline login https://relay.example.com\n" in said, "ca" in said.split()) == (True, False)
