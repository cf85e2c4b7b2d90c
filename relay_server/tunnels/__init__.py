"""Door 2, for the clients: who may connect, which endpoints they get, the links they keep."""

from relay_server.tunnels.entrance import Entrance

__all__ = ["Entrance"]
