"""Chromium without a window, told what to do over its DevTools protocol."""

import asyncio
import base64
import contextlib
import hashlib
import json
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import websockets
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.conftest import find
from tests.system.polling import until
from tests.system.program import Program

START_SECONDS = 30.0


class Page:
    """A tab."""

    def __init__(self, devtools: websockets.ClientConnection) -> None:
        self._devtools = devtools
        self._number = 0

    async def open(self, url: str) -> None:
        """Go to a URL and wait until it is loaded.

        Raises:
            AssertionError: it cannot be loaded.
        """
        await self._call("Page.enable")
        found = await self._call("Page.navigate", url=url)
        assert "errorText" not in found, found
        await self._event("Page.loadEventFired")

    async def run(self, script: str) -> Any:
        """Evaluate an expression in the page, wait for it if it is a promise, and give its value."""
        found = await self._call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    async def _call(self, method: str, **params: object) -> Any:
        self._number += 1
        await self._devtools.send(json.dumps({"id": self._number, "method": method, "params": params}))
        while (message := await self._next()).get("id") != self._number:
            pass
        assert "error" not in message, message
        return message["result"]

    async def _event(self, method: str) -> None:
        while (await self._next()).get("method") != method:
            pass

    async def _next(self) -> dict[str, Any]:
        async with asyncio.timeout(START_SECONDS):
            message: dict[str, Any] = json.loads(await self._devtools.recv())
        return message


@contextlib.asynccontextmanager
async def browsing(directory: Path, *, port: int) -> AsyncIterator[Page]:
    """Give a page in a browser that trusts the certificate served on a port of ours, and knows nobody but us."""
    pin = await asyncio.to_thread(_pin, port)
    program = Program(
        [
            find("chromium") or "chromium",
            *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
            *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
            *("--remote-debugging-port=0", f"--user-data-dir={directory}"),
            f"--ignore-certificate-errors-spki-list={pin}",
            "--host-resolver-rules=MAP * 127.0.0.1",
            "about:blank",
        ],
        env={"PATH": "/usr/bin:/bin", "HOME": str(directory), "LANG": "C.UTF-8"},
        logs=directory / "chromium.log",
        cwd=directory,
    )
    try:
        where = directory / "DevToolsActivePort"
        await until(
            lambda: where.exists() and where.read_text(), seconds=START_SECONDS, what=f"a browser\n{program.text}"
        )
        devtools = int(where.read_text(encoding="ascii").split()[0])
        async with websockets.connect(await _tab(devtools), max_size=None, proxy=None) as socket:
            yield Page(socket)
    finally:
        program.cleanse()


async def _tab(port: int) -> str:
    """Give the URL of the debugger of the browser's first tab."""
    async with aiohttp.ClientSession() as session:
        while True:
            async with session.get(f"http://127.0.0.1:{port}/json/list") as response:
                tabs = [target for target in await response.json() if target["type"] == "page"]
            if tabs:
                return str(tabs[0]["webSocketDebuggerUrl"])
            await asyncio.sleep(0.05)


def _pin(port: int) -> str:
    """Give the hash of the public key that is served."""
    certificate = x509.load_pem_x509_certificate(ssl.get_server_certificate(("127.0.0.1", port)).encode())
    key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(key).digest()).decode()
