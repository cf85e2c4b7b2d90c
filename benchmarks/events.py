"""The deliveries of the load: TalkifAI events of 1 KiB, each with an id of its own, correctly signed."""

import hashlib
import hmac
from collections.abc import Sequence
from pathlib import Path

EVENT_BYTES = 1024
EVENTS = 100_000
"""More than a round sends, so that no delivery is taken for a retry of another."""

_BEFORE = '{"id":"evt_'
_AFTER = '","type":"call.ended","created":"2026-01-15T10:34:05Z","data":{"callId":"call_xyz","note":"'
_END = '"}}'
_ID_DIGITS = 8


def _body(number: int) -> str:
    head = f"{_BEFORE}{number:0{_ID_DIGITS}d}{_AFTER}"
    return head + "x" * (EVENT_BYTES - len(head) - len(_END)) + _END


def sign(body: bytes, secret: str) -> str:
    """Give the value of `X-TalkifAI-Signature`."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def write_signatures(path: Path, secret: str) -> None:
    """Write the signatures of all events, one a line: wrk's Lua can build a body, but not sign it."""
    lines = (sign(_body(number).encode(), secret) for number in range(EVENTS))
    path.write_text("\n".join(lines) + "\n", encoding="ascii")


def script(signatures: Path, *, hosts: Sequence[str], start: int, close: bool) -> str:
    """Give the wrk script that posts the events from number `start` on.

    Args:
        signatures: the file of `write_signatures`.
        hosts: the Host fields, used in turn.
        start: number of the first event.
        close: ask for the connection to be closed after each answer.
    """
    body = _body(0)
    before, after = body.split("0" * _ID_DIGITS, 1)
    names = ", ".join(f'"{host}"' for host in hosts)
    connection = "Connection: close\\r\\n" if close else ""
    return f"""
local signatures = {{}}
local number = {start}
function init(args)
  for line in io.lines("{signatures}") do signatures[#signatures + 1] = line end
end
local hosts = {{{names}}}
local head = "\\r\\nUser-Agent: TalkifAI-Webhooks/1.0\\r\\n{connection}" ..
  "Content-Type: application/json\\r\\nContent-Length: {EVENT_BYTES}\\r\\nX-TalkifAI-Signature: "
local before = "\\r\\n\\r\\n" .. {before!r}
local after = {after!r}
function request()
  local at = number % {EVENTS}
  number = number + 1
  local host = hosts[number % #hosts + 1]
  local start = "POST /hook HTTP/1.1\\r\\nHost: " .. host .. head
  return start .. signatures[at + 1] .. before .. string.format("%0{_ID_DIGITS}d", at) .. after
end
"""


def request(number: int, signature: str, host: str) -> bytes:
    """Give an event as a whole request, for a load that wrk does not make."""
    body = _body(number % EVENTS)
    return (
        f"POST /hook HTTP/1.1\r\nHost: {host}\r\nUser-Agent: TalkifAI-Webhooks/1.0\r\n"
        f"Content-Type: application/json\r\nContent-Length: {EVENT_BYTES}\r\n"
        f"X-TalkifAI-Signature: {signature}\r\n\r\n{body}"
    ).encode("ascii")
