"""The rules for a request's head, by value."""

import pytest

from relay_server.gateway.request_rules import FieldList, Invalid, Plan, collides, examine
from shared.errors import Failure

HOST = (b"Host", b"demo.relay.test")


def plan(*fields: tuple[bytes, bytes], method: bytes = b"POST", target: bytes = b"/", version: bytes = b"1.1") -> Plan:
    """Examine a request with a host."""
    return examine(method, target, version, [HOST, *fields])


def test_fields_that_travel_on() -> None:
    """Everything passes in its order but what belongs to the connection or says who forwarded."""
    fields: FieldList = [
        (b"A", b"1"),
        (b"Connection", b"keep-alive, X-Private, Secret, Authorization"),
        (b"Keep-Alive", b"5"),
        (b"Secret", b"s"),
        (b"TE", b"trailers"),
        (b"Proxy-Connection", b"close"),
        (b"X-Private", b"p"),
        (b"Authorization", b"b"),
        (b"X-Forwarded-For", b"1.2.3.4"),
        (b"forwarded", b"for=x"),
        (b"X-Real-IP", b"1.2.3.4"),
        (b"X_Y", b"2"),
        (b"a", b"3"),
    ]
    found = plan(*fields)
    kept = [HOST, (b"A", b"1"), (b"X-Private", b"p"), (b"Authorization", b"b"), (b"X_Y", b"2"), (b"a", b"3")]
    assert found.fields == kept
    assert [name for name, _ in found.forwarding] == [b"X-Forwarded-For", b"forwarded", b"X-Real-IP"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (b"content_length", True),
        (b"transfer_encoding", True),
        (b"x_forwarded_for", True),
        (b"x-forwarded_host", True),
        (b"x_real_ip", True),
        (b"keep_alive", True),
        (b"proxy_connection", True),
        (b"hookline_error", True),
        (b"http2_settings", True),
        (b"content_type", False),
        (b"x_request_id", False),
        (b"_", False),
    ],
)
def test_names_that_collide(name: bytes, *, expected: bool) -> None:
    """Only underscored twins of names that hops rely on are refused."""
    assert collides(name) is expected


@pytest.mark.parametrize(
    ("fields", "version", "keeps"),
    [
        ((), b"1.1", True),
        ((), b"1.0", False),
        (((b"Connection", b"close"),), b"1.1", False),
        (((b"Connection", b"a"), (b"connection", b"b ,\tCLOSE ")), b"1.1", False),
        (((b"Connection", b"keep-alive"),), b"1.0", True),
        (((b"Connection", b"keep-alive, close"),), b"1.0", False),
    ],
)
def test_keeping_the_connection(fields: tuple[tuple[bytes, bytes], ...], version: bytes, *, keeps: bool) -> None:
    """The version says what holds without a word, `Connection` says the rest."""
    assert plan(*fields, version=version).keep_alive is keeps


UPGRADE = (b"Connection", b"keep-alive, Upgrade")


@pytest.mark.parametrize(
    ("method", "version", "fields", "upgrade"),
    [
        (b"GET", b"1.1", (UPGRADE, (b"Upgrade", b"websocket")), b"websocket"),
        (b"GET", b"1.1", (UPGRADE, (b"Upgrade", b"my-Protocol/2")), b"my-Protocol/2"),
        (b"GET", b"1.1", ((b"Upgrade", b"websocket"),), b""),
        (b"GET", b"1.1", (UPGRADE,), b""),
        (b"GET", b"1.1", (UPGRADE, (b"Upgrade", b"a, b")), b""),
        (b"GET", b"1.1", (UPGRADE, (b"Upgrade", b"h2c")), b""),
        (b"GET", b"1.1", (UPGRADE, (b"Upgrade", b"HTTP/2.0")), b""),
        (b"GET", b"1.1", (UPGRADE, (b"Upgrade", b"TLS/1.0")), b""),
        (b"POST", b"1.1", (UPGRADE, (b"Upgrade", b"websocket")), b""),
        (b"GET", b"1.0", (UPGRADE, (b"Upgrade", b"websocket")), b""),
        (b"GET", b"1.1", (UPGRADE, (b"Upgrade", b"websocket"), (b"Content-Length", b"5")), b""),
        (b"GET", b"1.1", (UPGRADE, (b"Upgrade", b"websocket"), (b"Transfer-Encoding", b"chunked")), b""),
    ],
)
def test_upgrades(method: bytes, version: bytes, fields: tuple[tuple[bytes, bytes], ...], upgrade: bytes) -> None:
    """Only a GET of HTTP/1.1 without content may become one other protocol, and never another HTTP or TLS."""
    found = plan(*fields, method=method, version=version)
    assert found.upgrade == upgrade
    assert b"Upgrade" not in dict(found.fields)


@pytest.mark.parametrize(
    ("fields", "version", "waits"),
    [
        (((b"Expect", b"100-Continue"), (b"Content-Length", b"1")), b"1.1", True),
        (((b"Expect", b"100-continue"), (b"Transfer-Encoding", b"chunked")), b"1.1", True),
        (((b"Expect", b"100-continue"),), b"1.1", False),
        (((b"Expect", b"100-continue"), (b"Content-Length", b"1")), b"1.0", False),
    ],
)
def test_expectations(fields: tuple[tuple[bytes, bytes], ...], version: bytes, *, waits: bool) -> None:
    """`100-continue` counts where there is content, and where interim answers are known."""
    assert plan(*fields, version=version).expects_continue is waits


@pytest.mark.parametrize(
    ("fields", "failure"),
    [
        (((b"Content-Length", b"1"), (b"Content-Length", b"1")), Failure.BAD_REQUEST),
        (((b"Content-Length", b"1a"),), Failure.BAD_REQUEST),
        (((b"Content-Length", b"1" * 19),), Failure.BAD_REQUEST),
        (((b"Content-Length", b"1"), (b"Transfer-Encoding", b"chunked")), Failure.BAD_REQUEST),
        (((b"Transfer-Encoding", b"chunked"), (b"Transfer-Encoding", b"chunked")), Failure.UNSUPPORTED_CODING),
        (((b"Transfer-Encoding", b"gzip"),), Failure.UNSUPPORTED_CODING),
        (((b"Expect", b"200-ok"),), Failure.EXPECTATION),
        (((b"Transfer_Encoding", b"chunked"),), Failure.BAD_REQUEST),
        ((HOST,), Failure.BAD_HOST),
    ],
)
def test_broken_rules(fields: tuple[tuple[bytes, bytes], ...], failure: Failure) -> None:
    """Each broken rule has its code."""
    with pytest.raises(Invalid) as caught:
        plan(*fields)
    assert caught.value.failure == failure


@pytest.mark.parametrize("method", [b"CONNECT", b"TRACE"])
def test_methods_that_are_not_passed_on(method: bytes) -> None:
    """Methods that ask the hops themselves are refused."""
    with pytest.raises(Invalid, match="method-not-allowed"):
        plan(method=method)
