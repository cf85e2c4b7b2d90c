"""Finds `*.localhost` on this machine, whatever its resolver says (RFC 6761 section 6.3)."""

import socket

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver


class LocalhostResolver(AbstractResolver):
    """Answers names under `localhost` itself and asks the system for all others."""

    def __init__(self) -> None:
        self._system = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Give the addresses of `host`.

        Raises:
            OSError: there is no such host.
        """
        bare = host.rstrip(".").lower()
        if bare != "localhost" and not bare.endswith(".localhost"):
            return await self._system.resolve(host, port, family)
        return [
            ResolveResult(
                hostname=host,
                host="127.0.0.1",
                port=port,
                family=socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    async def close(self) -> None:
        """Free the system's resolver."""
        await self._system.close()
