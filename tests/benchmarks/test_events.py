"""The deliveries of the load."""

import json
from pathlib import Path

from benchmarks.events import EVENT_BYTES, request, script, sign


def test_request_is_a_whole_signed_event() -> None:
    """Its content is as long as it says, an event, and what its signature is of."""
    body = request(7, "", "demo.localhost").partition(b"\r\n\r\n")[2]
    whole = request(7, sign(body, "secret"), "demo.localhost")
    head, _, content = whole.partition(b"\r\n\r\n")
    assert (len(content), json.loads(content)["id"]) == (EVENT_BYTES, "evt_00000007")
    assert b"Host: demo.localhost\r\n" in head
    assert sign(content, "secret").encode() in head


def test_load_goes_through_its_hosts_in_turn() -> None:
    """The script for wrk has every host."""
    text = script(Path("signatures"), hosts=["a.localhost", "b.localhost"], start=3, close=True)
    assert 'local hosts = {"a.localhost", "b.localhost"}' in text
    assert "Connection: close" in text
