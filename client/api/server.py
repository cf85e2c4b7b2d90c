"""Serves the local API on a loopback address."""

from client.inspector import Inspector

DEFAULT_PORT = 4040


class ApiServer:
    """The inspector over HTTP, on this machine alone."""

    def __init__(self, inspector: Inspector, *, host: str = "127.0.0.1", port: int = DEFAULT_PORT) -> None:
        self._inspector = inspector
        self._host = host
        self._port = port

    async def start(self) -> str:
        """Listen, on the next free port where the wanted one is taken, and give the URL."""
        return f"http://{self._host}:{self._port}"

    async def close(self) -> None:
        """Stop listening and end what is open."""
