"""The event loop that the relay runs on."""

import asyncio
import asyncio.sslproto
import ctypes
import sys
from contextlib import closing

import pytest
import uvloop

from shared.loop import TLS_BUFFER_BYTES, giver_back, loop_factory


def test_uvloop_where_it_is() -> None:
    """Where uvloop is installed, it makes the loop."""
    with closing(loop_factory()()) as loop:
        assert isinstance(loop, uvloop.Loop)


def test_asyncio_where_it_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere asyncio's own loop does, with smaller buffers for TLS, and nothing is said."""
    monkeypatch.setitem(sys.modules, "uvloop", None)
    monkeypatch.setattr(asyncio.sslproto.SSLProtocol, "max_size", 256 * 1024)
    with closing(loop_factory()()) as loop:
        assert isinstance(loop, asyncio.SelectorEventLoop)
    assert asyncio.sslproto.SSLProtocol.max_size == TLS_BUFFER_BYTES


def test_memory_is_given_back_where_libc_can(monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere it is not, and nothing is said."""
    giver_back()()
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    giver_back()()
