"""What a request must be like before anything is done for it, beyond the grammar."""

import re

import msgspec

from shared.errors import Failure
from shared.http.fields import HOP_BY_HOP, nominated, without

FieldList = list[tuple[bytes, bytes]]

_AUTHORITY = re.compile(rb"(?:[A-Za-z0-9_][A-Za-z0-9_.-]{0,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
"""A registered name, an address, or an IPv6 address in brackets; then perhaps a port (RFC 9110 section 7.2)."""

_ABSOLUTE = re.compile(rb"https?://([^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)
_REFUSED_METHODS = frozenset({b"CONNECT", b"TRACE"})
_NOT_UPGRADES = (b"h2c", b"http/", b"tls/")
"""Another HTTP or TLS inside would go round everything that is checked here."""

_CONNECTION_OPTIONS = frozenset({b"close", b"keep-alive", b"upgrade", b""}) | HOP_BY_HOP
_MOST_DIGITS = 18
_FORWARDED = b"forwarded"
_FORWARDED_NAMES = frozenset({_FORWARDED, b"x-real-ip"})
_FORWARDED_PREFIX = b"x-forwarded-"
_RESERVED_PREFIX = b"hookline-"
_STAYING = frozenset({b"host", b"content-length"})
_SPECIAL = HOP_BY_HOP | _STAYING


class Invalid(Exception):  # noqa: N818 - says what the request is
    """A request that breaks a rule."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure = failure


class Plan(msgspec.Struct):
    """What a request says about itself, checked."""

    host: bytes
    """The authority it is for, as sent."""
    target: bytes
    """In origin form, or `*` for OPTIONS."""
    fields: FieldList
    """What travels on, in wire order: without hop-by-hop and forwarding fields."""
    forwarding: FieldList
    """The forwarding fields it came with."""
    keep_alive: bool = True
    """Its sender wants to go on with the connection."""
    length: int | None = None
    """The declared length of the content in bytes."""
    chunked: bool = False
    upgrade: bytes = b""
    """The protocol it asks for, or empty."""
    expects_continue: bool = False


def examine(method: bytes, target: bytes, version: bytes, fields: FieldList) -> Plan:
    """Check a request's header section.

    Returns:
        What it says.

    Raises:
        Invalid: it may not be passed on; says why.
    """
    if method in _REFUSED_METHODS:
        raise Invalid(Failure.METHOD_NOT_ALLOWED)
    kept: FieldList = []
    forwarding: FieldList = []
    special: dict[bytes, list[bytes]] = {}
    for field in fields:
        name = field[0].lower()
        if name in _SPECIAL:
            special.setdefault(name, []).append(field[1])
            if name in _STAYING:
                kept.append(field)
        elif name in _FORWARDED_NAMES or name.startswith(_FORWARDED_PREFIX):
            forwarding.append(field)
        elif b"_" in name and collides(name):
            raise Invalid(Failure.BAD_REQUEST)
        else:
            kept.append(field)
    plan = Plan(b"", target, kept, forwarding, version == b"1.1")
    _read_framing(plan, special, version)
    _read_host(plan, special.get(b"host", []), method)
    if b"connection" in special:
        _read_connection(plan, special, method, version)
        plan.fields = _without_nominated(plan.fields, special[b"connection"])
    if b"expect" in special:
        _read_expect(plan, special[b"expect"], version)
    return plan


def collides(name: bytes) -> bool:
    """Tell whether an app may take `name` (lower case, with underscores) for a field that hops rely on.

    CGI and what follows it give `Transfer_Encoding` and `Transfer-Encoding` the same variable.
    """
    dashed = name.replace(b"_", b"-")
    return dashed in _SPECIAL or dashed in _FORWARDED_NAMES or dashed.startswith((_FORWARDED_PREFIX, _RESERVED_PREFIX))


def _read_framing(plan: Plan, special: dict[bytes, list[bytes]], version: bytes) -> None:
    codings, lengths = special.get(b"transfer-encoding"), special.get(b"content-length")
    if codings is not None:
        if version == b"1.0" or lengths is not None:
            raise Invalid(Failure.BAD_REQUEST)
        if len(codings) != 1 or codings[0].lower() != b"chunked":
            raise Invalid(Failure.UNSUPPORTED_CODING)
        plan.chunked = True
    elif lengths is not None:
        if len(lengths) != 1 or not lengths[0].isdigit() or len(lengths[0]) > _MOST_DIGITS:
            raise Invalid(Failure.BAD_REQUEST)
        plan.length = int(lengths[0])


def _read_host(plan: Plan, hosts: list[bytes], method: bytes) -> None:
    target = plan.target
    if target.startswith(b"/") or (target == b"*" and method == b"OPTIONS"):
        if len(hosts) != 1:
            raise Invalid(Failure.BAD_HOST)
        plan.host = hosts[0]
    else:
        absolute = _ABSOLUTE.fullmatch(target)
        if absolute is None:
            raise Invalid(Failure.BAD_REQUEST)
        plan.host, rest = absolute[1], absolute[2]
        plan.target = rest if rest.startswith(b"/") else b"/" + rest
        if len(hosts) > 1:
            raise Invalid(Failure.BAD_HOST)
        if hosts and hosts[0].lower() != plan.host.lower():
            raise Invalid(Failure.BAD_REQUEST)
        if not hosts:
            plan.fields.insert(0, (b"Host", plan.host))
    if _AUTHORITY.fullmatch(plan.host) is None:
        raise Invalid(Failure.BAD_HOST)


def _read_connection(plan: Plan, special: dict[bytes, list[bytes]], method: bytes, version: bytes) -> None:
    options = [option.strip(b" \t") for option in b",".join(special[b"connection"]).lower().split(b",")]
    if b"close" in options:
        plan.keep_alive = False
    elif version == b"1.0":
        plan.keep_alive = b"keep-alive" in options
    if b"upgrade" in options and method == b"GET" and version == b"1.1" and not plan.length and not plan.chunked:
        protocols = special.get(b"upgrade", [])
        if len(protocols) == 1 and b"," not in protocols[0] and not protocols[0].lower().startswith(_NOT_UPGRADES):
            plan.upgrade = protocols[0]


def _without_nominated(fields: FieldList, connections: list[bytes]) -> FieldList:
    names = nominated(tuple((b"connection", value) for value in connections)) - _CONNECTION_OPTIONS
    return list(without(tuple(fields), names)) if names else fields


def _read_expect(plan: Plan, expectations: list[bytes], version: bytes) -> None:
    if any(value.lower() != b"100-continue" for value in expectations):
        raise Invalid(Failure.EXPECTATION)
    # HTTP/1.0 knows no interim answers (RFC 9110 section 10.1.1).
    plan.expects_continue = version == b"1.1" and (plan.chunked or bool(plan.length))
